import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, type Interfaces, Plugin, settings } from '@oclif/core';

/** The options that `Config.load` takes. */
export interface LoadedSluice {
  readonly root: string;
  readonly plugins: Map<string, Interfaces.Plugin>;
}

const HELP_FLAGS = ['--help', '-h'];
/** The command that describes all of them. */
const COMPLETION = 'completion';

/** Topics that package.json leaves out, so that a host CLI keeps its own. */
const OWN_TOPICS = {
  addon: { description: 'make an installation an add-on of Heroku' },
  apps: { description: 'manage apps' },
  config: { description: 'show the config vars of an app' },
  credentials: { description: 'manage the publish credentials of an app' },
  tokens: { description: 'manage API tokens' },
};

/**
 * Finds the commands. package.json names only what a host CLI may load as a plugin, the compiled `events:` commands,
 * since the host has its own `apps` and `config`. The `sluice` command has all of them.
 *
 * @param only a command; no other is then loaded
 */
export async function loadSluice(root: string, commandsFolder: string, only?: string): Promise<LoadedSluice> {
  // Node runs our source as it is; oclif would look for ts-node.
  settings.enableAutoTranspile = false;
  const packageJson: Interfaces.PJSON = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { oclif } = packageJson;
  const topics = { ...oclif.topics, ...OWN_TOPICS };
  const hooks = { command_not_found: `${commandsFolder}/../hooks/command-not-found` };
  const help = { helpClass: `${commandsFolder}/../hooks/help`, additionalHelpFlags: HELP_FLAGS.slice(1) };
  const commands = only === undefined ? commandsFolder : commandAt(commandsFolder, only);
  const pjson = { ...packageJson, oclif: { ...oclif, ...help, topics, hooks, commands } };
  // The manifest describes the plugin and may be older than the source.
  const plugin = new Plugin({ root, pjson, isRoot: true, ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  return { root, plugins: new Map([[plugin.name, plugin]]) };
}

export async function launch(root: string, commandsFolder: string): Promise<void> {
  const development = process.env['NODE_ENV'] === 'development';
  const argv = process.argv.slice(2);
  const only = commandToRun(argv);
  let sluice = await loadSluice(root, commandsFolder, only);
  // There is no such command: the others are needed to name those that are meant.
  if (only !== undefined && !idsOf(sluice).includes(only)) sluice = await loadSluice(root, commandsFolder);
  await execute({ development, loadOptions: sluice, args: understood(argv, idsOf(sluice)) });
}

/**
 * The command that this command line runs, if nothing has to be known of the others: loading them all takes as long as
 * everything else of a command. Help and completion list them.
 */
export function commandToRun(argv: readonly string[]): string | undefined {
  const [first = '', ...others] = argv;
  if (!/^[a-z][a-z:-]*$/.test(first) || first === COMPLETION) return undefined;
  return others.some((text) => HELP_FLAGS.includes(text)) ? undefined : first;
}

function commandAt(target: string, id: string): NonNullable<Interfaces.PJSON['oclif']['commands']> {
  const path = id.replaceAll(':', '/');
  return { strategy: 'pattern', target, globPatterns: [`${path}.{js,ts}`, `${path}/index.{js,ts}`] };
}

function idsOf({ plugins }: LoadedSluice): string[] {
  return [...plugins.values()].flatMap(({ commandIDs }) => commandIDs);
}

/**
 * Rewrites the command line for oclif: `help X` becomes `X --help`, `version` becomes `--version`. Words after a topic
 * are joined with it into one name, which is then not found: oclif itself would show the topic's help and exit with 0.
 */
export function understood(argv: readonly string[], commandIds: readonly string[]): string[] {
  const [first, ...others] = argv;
  const isWord = (text: string) => !text.startsWith('-');
  if (first === 'version' || first === '-v') return ['--version'];
  if (first === 'help') {
    const id = others.filter(isWord).join(':');
    if (id === '') return ['--help'];
    return commandIds.some((each) => isAtOrBelow(each, id)) ? [id, '--help'] : [id];
  }
  const isTopic =
    first !== undefined && !commandIds.includes(first) && commandIds.some((each) => isAtOrBelow(each, first));
  const next = others[0];
  return isTopic && next !== undefined && isWord(next)
    ? [[first, ...others.filter(isWord)].join(' ')]
    : [...argv];
}

function isAtOrBelow(commandId: string, topic: string): boolean {
  return commandId === topic || commandId.startsWith(`${topic}:`);
}
