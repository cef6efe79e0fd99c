// Writes docs/cli.md from the commands themselves; with --check, reports whether the committed file is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadSluice } from '../cli/launch.ts';
import {
  type DescribedArg,
  type DescribedCommand,
  type DescribedFlag,
  describeCommands,
} from '../cli/lib/describe-commands.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILE = fileURLToPath(new URL('../docs/cli.md', import.meta.url));

const INTRODUCTION = `# Command reference

Made from the commands by \`node scripts/cli-docs.ts\`; not written by hand.

\`npx sluice …\` or \`node bin/run.js …\` runs them from this repository. [Installing](install-cli.md) tells how they are had without it, and
as a plugin of the \`heroku\` and \`sf\` CLIs, which get the \`events:\` commands: \`addon\`, \`apps\`, \`config\`, \`credentials\` and \`tokens\` are \`sluice\`'s
alone, since Heroku has its own of most of these names.

## Where the commands go

| variable | what it does |
|---|---|
| \`SLUICE_API_URL\`, \`SLUICE_TOKEN\` | the installation and an API token of it |
| \`HEROKUEVENTS_API_URL\` | \`https://…/v1/tenants/<id>\`: the installation and the app, in place of \`SLUICE_API_URL\`; needs \`SLUICE_TOKEN\`, too |
| \`SLUICE_APP\` | the app when there is no \`--app\` |
| \`SLUICE_STATE\` | state folder of a local run, when it is not a \`.sluice\` in this folder or one above |

| \`HEROKU_EVENTS_ADDON\`, \`HEROKU_APP\`, \`HEROKU_API_KEY\`, \`HEROKU_HOST\` | in the Heroku CLI only: as \`--addon\`, as \`--app\`, and as the Heroku CLI itself takes them |

In the Heroku CLI, where none of these says where to go, [the config vars of the app](install-cli.md#in-the-heroku-cli) do.

Without the first two, a local run (\`npm start\`) is found by its state file, with its administration token and its demo app. \`--remote\` and \`--addon\` are for
the Heroku CLI, and elsewhere taken and not used. Publish URLs are shown once by the service; those that a command has seen are kept in a file that only its owner
can read: \`credentials.json\` beside the local run's state, or for other installations in \`credentials/\` of the configuration folder
(\`~/.config/sluice\`).

Results go to stdout, everything else to stderr. Colours are for terminals, and \`NO_COLOR\` turns them off. Exit code 0: done. 1: refused, failed, or not confirmed. 2: the command line is not right.

Secrets that are shown once are printed on a terminal only; elsewhere they come by \`--json\`, or into a new file (\`--token-file\` of \`apps:create\`, \`--secret-file\` of a webhook). Files that a flag names may
come from any editor: UTF-8 or, with a byte-order mark, UTF-16; lines may end by CRLF; \`~\` is the home folder. White space around a secret is not part of it.

\`npx sluice help COMMAND\` (or \`-h\`) shows what a command takes, \`npx sluice help\` all commands, \`npx sluice version\` the version.

`;

const sluice = await loadSluice(ROOT, './cli/commands');
const commands = describeCommands(sluice.plugins.values());
if (commands.length === 0) throw new Error('expected commands, found none');
const text = INTRODUCTION + contents(commands) + commands.map(section).join('\n');

if (!process.argv.includes('--check')) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('docs/cli.md is not what the commands say: run node scripts/cli-docs.ts');
  process.exitCode = 1;
}

function contents(all: readonly DescribedCommand[]): string {
  const rows = all.map(
    ({ id, description }) => `| [\`${id}\`](#${anchor(id)}) | ${cell(firstSentence(description))} |`,
  );
  return `## Commands\n\n| command | |\n|---|---|\n${rows.join('\n')}\n\n`;
}

function section(command: DescribedCommand): string {
  const { id, description, args, flags, examples, hiddenAliases } = command;
  const parts = [
    `### \`${id}\``,
    capitalized(description).replace(/\.?$/, '.'),
    `\`\`\`\nnpx sluice ${usage(command)}\n\`\`\``,
  ];
  if (args.length > 0) parts.push(`| argument | |\n|---|---|\n${args.map(argRow).join('\n')}`);
  parts.push(`| flag | |\n|---|---|\n${flags.map(flagRow).join('\n')}`);
  if (examples.length > 0) {
    parts.push(
      `\`\`\`\n${examples.map((example) => example.replaceAll('<%= config.bin %>', 'npx sluice')).join('\n')}\n\`\`\``,
    );
  }
  if (hiddenAliases.length > 0) {
    parts.push(`Also by its older name ${hiddenAliases.map((alias) => `\`${alias}\``).join(', ')}.`);
  }
  return `${parts.join('\n\n')}\n`;
}

function usage({ id, args, flags }: DescribedCommand): string {
  const argTexts = args.map(({ name, required }) =>
    required ? name.toUpperCase() : `[${name.toUpperCase()}]`,
  );
  const required = flags
    .filter((flag) => flag.required)
    .map((flag) => `${flagName(flag)} ${valueName(flag)}`);
  return [id, ...argTexts, ...required].join(' ');
}

function argRow({ name, description, options }: DescribedArg): string {
  const allowed = options.length === 0 ? '' : ` (${options.map((option) => `\`${option}\``).join(', ')})`;
  return `| \`${name.toUpperCase()}\` | ${cell(description)}${allowed} |`;
}

function flagRow(flag: DescribedFlag): string {
  const notes = [
    ...(flag.required ? ['required'] : []),
    ...(flag.options.length > 0
      ? [`one of ${flag.options.map((option) => `\`${option}\``).join(', ')}`]
      : []),
    ...(flag.dependsOn.length > 0
      ? [`needs ${flag.dependsOn.map((name) => `\`--${name}\``).join(', ')}`]
      : []),
    ...(flag.hiddenAliases.length > 0
      ? [`older: ${flag.hiddenAliases.map((name) => `\`${name}\``).join(', ')}`]
      : []),
  ];
  const note = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  return `| \`${flagName(flag)}${flag.takesValue ? ` ${valueName(flag)}` : ''}\` | ${cell(flag.description)}${note} |`;
}

function flagName({ name, char }: DescribedFlag): string {
  return char === undefined ? `--${name}` : `-${char}, --${name}`;
}

function valueName({ name, helpValue }: DescribedFlag): string {
  return helpValue ?? name.toUpperCase();
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function firstSentence(text: string): string {
  return text.split('. ')[0] ?? text;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The anchor that GitHub makes from a heading in code type. */
function anchor(id: string): string {
  return id.replaceAll(':', '');
}
