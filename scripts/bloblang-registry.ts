// `npm run bloblang:registry`: lists the built-ins of each tier in src/bloblang/stdlib/registry-<tier>.ts, with static imports, so that a
// bundle contains only the tiers that it uses. With `--check` it writes nothing and fails when a registry differs from the files.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Definition, Tier } from '../src/bloblang/stdlib/definition.ts';

const STDLIB = new URL('../src/bloblang/stdlib/', import.meta.url);
const TIERS: readonly Tier[] = ['core', 'extended', 'library'];

interface Export {
  readonly path: string;
  readonly name: string;
  readonly tier: Tier;
  /** Whether it is a family of built-ins instead of a single one. */
  readonly isTable: boolean;
}

/** The files with built-ins: `<category>/<name>.ts`. Files of kernels define none. */
function builtInFiles(): string[] {
  return readdirSync(STDLIB, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^(?!kernels\/)[^/]+\/[^/]+(?<!\.test)\.ts$/.test(path))
    .toSorted();
}

function isDefinition(value: unknown): value is Definition {
  return typeof value === 'object' && value !== null && 'kind' in value && 'tier' in value;
}

async function exportsOf(path: string): Promise<Export[]> {
  const module: Readonly<Record<string, unknown>> = await import(new URL(path, STDLIB).href);
  return Object.entries(module).map(([name, value]) => {
    const definitions: readonly unknown[] = Array.isArray(value) ? value : [value];
    const tiers = new Set(definitions.map((each) => (isDefinition(each) ? each.tier : undefined)));
    const [tier] = tiers;
    if (tiers.size !== 1 || tier === undefined) {
      throw new Error(
        `${path}: expected ${name} to be a definition or an array of definitions of one tier; make everything else a kernel or keep it unexported`,
      );
    }
    return { path, name, tier, isTable: Array.isArray(value) };
  });
}

function registry(tier: Tier, exports: readonly Export[]): string {
  const imports = [...Map.groupBy(exports, ({ path }) => path)].map(
    ([path, own]) => `import { ${own.map(({ name }) => name).join(', ')} } from './${path}';`,
  );
  const entries = exports.map(({ name, isTable }) => `  ${isTable ? '...' : ''}${name},`);
  return [
    '// Written by `npm run bloblang:registry`; do not edit.',
    '// biome-ignore-all assist/source/organizeImports: in the order of the files',
    '',
    ...imports,
    `import type { Definition } from './definition.ts';`,
    '',
    `export const ${tier.toUpperCase()}_DEFINITIONS: readonly Definition[] = [`,
    ...entries,
    '];',
    '',
  ].join('\n');
}

const exports = (await Promise.all(builtInFiles().map(exportsOf))).flat();
const stale: string[] = [];
for (const tier of TIERS) {
  const name = `registry-${tier}.ts`;
  const file = new URL(name, STDLIB);
  const text = registry(
    tier,
    exports.filter((each) => each.tier === tier),
  );
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(name);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
}
if (process.argv.includes('--check')) {
  for (const name of stale) {
    console.error(`src/bloblang/stdlib/${name} differs from the built-ins: run npm run bloblang:registry`);
  }
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  console.log(stale.length === 0 ? 'the registries are up to date' : `wrote ${stale.join(', ')}`);
}
