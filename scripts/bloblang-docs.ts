// `npm run bloblang:docs`: writes the reference pages from the definitions. With `--check` it writes nothing and fails when they differ.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { encodeJson } from '../src/bloblang/index.ts';
import { LEFT_OUT_FUNCTIONS, LEFT_OUT_METHODS } from '../src/bloblang/library.ts';
import { DEFAULT_LIMITS, LIMIT_MESSAGES, type LimitName } from '../src/bloblang/limits.ts';
import type { Definition, Example, Parameter } from '../src/bloblang/stdlib/definition.ts';
import { CORE_DEFINITIONS } from '../src/bloblang/stdlib/registry-core.ts';
import { EXTENDED_DEFINITIONS } from '../src/bloblang/stdlib/registry-extended.ts';
import { LIBRARY_DEFINITIONS } from '../src/bloblang/stdlib/registry-library.ts';

const FOLDER = 'docs/bloblang';
const documented = [...CORE_DEFINITIONS, ...EXTENDED_DEFINITIONS, ...LIBRARY_DEFINITIONS]
  .filter(({ status }) => status !== 'hidden')
  .toSorted((one, other) => (one.name < other.name ? -1 : 1));

const GENERATED = '<!-- Written by `npm run bloblang:docs` from src/bloblang/stdlib; do not edit. -->';

function isFunction({ kind }: Definition): boolean {
  return kind === 'function';
}

function signature({ name, parameters, kind }: Definition): string {
  const inside =
    parameters === 'variadic'
      ? '…'
      : parameters
          .map((parameter) => {
            if (parameter.default !== undefined)
              return `${parameter.name} = ${encodeJson(parameter.default)}`;
            return parameter.optional === true ? `${parameter.name}?` : parameter.name;
          })
          .join(', ');
  return `${kind === 'function' ? '' : '.'}${name}(${inside})`;
}

function parameterRow(parameter: Parameter): string {
  const need =
    parameter.default !== undefined
      ? `default \`${encodeJson(parameter.default)}\``
      : parameter.optional === true
        ? 'optional'
        : 'required';
  const type = parameter.literalOnly === true ? `${parameter.type}, a literal` : parameter.type;
  return `| \`${parameter.name}\` | ${type} | ${need} | ${parameter.description} |`;
}

function example({ mapping, input, meta, output, error }: Example): string {
  const lines = ['```', ...mapping.split('\n')];
  if (input !== undefined) lines.push('', `# in:  ${input}`);
  if (meta !== undefined) lines.push(`# metadata: ${encodeJson(meta)}`);
  if (output !== undefined) lines.push(`# out: ${output}`);
  if (error !== undefined) lines.push(`# error: ${error}`);
  return [...lines, '```'].join('\n');
}

function entry(definition: Definition): string {
  const { name, aliases = [], tier, status, description, parameters, examples } = definition;
  const notes = [tier === 'core' ? undefined : `${tier} tier`, status === 'stable' ? undefined : status];
  const marks = notes.filter((note) => note !== undefined).join(', ');
  const parts = [
    `### ${name}`,
    `\`${signature(definition).replaceAll('`', "'")}\`${marks === '' ? '' : ` – ${marks}`}`,
    description,
  ];
  if (aliases.length > 0) parts.push(`Also called ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`);
  if (parameters !== 'variadic' && parameters.length > 0) {
    const rows = parameters.map(parameterRow);
    parts.push(['| parameter | type | | |', '|---|---|---|---|', ...rows].join('\n'));
  }
  parts.push(...examples.map(example));
  return parts.join('\n\n');
}

function byCategory(list: readonly Definition[]): string {
  const categories = [...new Set(list.map(({ category }) => category))].sort();
  return categories
    .map((category) => {
      const own = list.filter((one) => one.category === category);
      return [`## ${category}`, ...own.map(entry)].join('\n\n');
    })
    .join('\n\n');
}

function contents(list: readonly Definition[], page: string): string {
  return list.map(({ name }) => `[${name}](${page}#${name})`).join(' · ');
}

function leftOut(names: ReadonlyMap<string, string>): string {
  return [...names].map(([name, reason]) => `| \`${name}\` | ${reason} |`).join('\n');
}

const functions = documented.filter(isFunction);
const methods = documented.filter((one) => !isFunction(one));
const limitNames = Object.keys(DEFAULT_LIMITS).filter((name): name is LimitName => name in LIMIT_MESSAGES);

const pages: ReadonlyMap<string, string> = new Map([
  [
    'README.md',
    `${GENERATED}

# Bloblang reference

The language of filters and generators. \`src/bloblang/README.md\` says what the engine is and gives the grammar;
[hostile-input.md](hostile-input.md) says what was tried against it.

**${functions.length} functions** ([functions.md](functions.md)): ${contents(functions, 'functions.md')}

**${methods.length} methods** ([methods.md](methods.md)): ${contents(methods, 'methods.md')}

Core tier: ${documented.filter(({ tier }) => tier === 'core').length}, extended: ${documented.filter(({ tier }) => tier === 'extended').length}, library: ${documented.filter(({ tier }) => tier === 'library').length}.

## Left out

A mapping that uses one of these does not compile, and the message says why.

| name | reason |
|---|---|
${leftOut(LEFT_OUT_FUNCTIONS)}
${leftOut(LEFT_OUT_METHODS)}
| \`import\`, \`from\` | mappings cannot read files |

## Limits

| limit | value | when it is reached |
|---|---:|---|
${limitNames.map((name) => `| \`${name}\` | ${DEFAULT_LIMITS[name].toLocaleString('en')} | ${LIMIT_MESSAGES[name]} |`).join('\n')}
`,
  ],
  ['functions.md', `${GENERATED}\n\n# Functions\n\n${byCategory(functions)}\n`],
  ['methods.md', `${GENERATED}\n\n# Methods\n\n${byCategory(methods)}\n`],
]);

if (process.argv.includes('--check')) {
  const stale = [...pages].filter(([name, text]) => {
    const path = `${FOLDER}/${name}`;
    return !existsSync(path) || readFileSync(path, 'utf8') !== text;
  });
  for (const [name] of stale)
    console.error(`${FOLDER}/${name} differs from the definitions: run npm run bloblang:docs`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, text] of pages) writeFileSync(`${FOLDER}/${name}`, text);
  console.log(`${functions.length} functions and ${methods.length} methods in ${FOLDER}`);
}
