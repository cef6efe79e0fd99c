import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

// The linters with the repository's own configuration, on one planted mistake each: a rule switched off by accident, or a
// linter that no longer sees types, finds nothing and reports success.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A folder with these files, in which a linter can run. */
function plant(files: { readonly [path: string]: string }): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-lint-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function run(name: string, argv: readonly string[], folder: string): string {
  const bin = join(ROOT, 'node_modules/.bin');
  const { stdout, stderr } = spawnSync(join(bin, name), argv, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
  });
  return stdout + stderr;
}

describe('Biome', () => {
  const MISTAKES: readonly (readonly [rule: string, path: string, source: string])[] = [
    ['style/noProcessEnv', 'src/domain/environment.ts', 'export const region = process.env;'],
    ['style/noProcessEnv', 'functions/api/handler.ts', 'export const region = process.env;'],
    ['suspicious/noExplicitAny', 'src/domain/any.ts', 'export const x: any = 1;'],
    ['style/noNonNullAssertion', 'src/domain/sure.ts', 'export const f = (x?: number) => x!;'],
    ['style/noDefaultExport', 'src/domain/default.ts', 'export default 1;'],
    ['style/useImportType', 'src/domain/types.ts', "import { A } from './a.ts';\nexport type B = A;"],
    [
      'style/noRestrictedGlobals',
      'src/pipeline/read/nap.ts',
      'export const nap = (ms: number, f: () => void) => setTimeout(f, ms);',
    ],
  ];
  const ALLOWED = ['functions/api/index.ts', 'export const region = process.env;'] as const;

  let output: string;
  beforeAll(() => {
    const files = Object.fromEntries([...MISTAKES.map(([, path, source]) => [path, source]), ALLOWED]);
    const configuration = readFileSync(join(ROOT, 'biome.json'), 'utf8');
    // Outside a repository no files are ignored.
    output = run('biome', ['lint', '--vcs-enabled=false'], plant({ ...files, 'biome.json': configuration }));
  });

  test.each(MISTAKES)('finds %s in %s', (rule, path) => {
    expect(output).toMatch(new RegExp(`${path}:\\d+:\\d+ lint/${rule}`));
  });

  test('leaves the entry points their environment', () => {
    expect(output).not.toContain(ALLOWED[0]);
  });
});

describe('oxlint with types', () => {
  const MISTAKES: readonly (readonly [rule: string, source: string])[] = [
    ['no-floating-promises', 'export function f() { Promise.resolve(1); }'],
    ['no-misused-promises', 'export const f = (xs: number[]) => xs.filter(async (x) => x > 1);'],
    ['await-thenable', 'export const f = async () => await 1;'],
    ['require-array-sort-compare', 'export const f = (xs: number[]) => xs.sort();'],
    ['no-for-in-array', 'export function f(xs: number[]) { for (const x in xs) console.log(x); }'],
    ['only-throw-error', "export function f() { throw 'text'; }"],
    [
      'return-await',
      'export async function f() { try { return g(); } catch { return 1; } }\nasync function g() { return 1; }',
    ],
    [
      'switch-exhaustiveness-check',
      "export function f(x: 'a' | 'b') { switch (x) { case 'a': return 1; } return 2; }",
    ],
  ];

  let output: string;
  // All mistakes in one run, because starting the type checker takes the time.
  beforeAll(() => {
    const tsconfig = { compilerOptions: { strict: true, lib: ['es2024'] }, include: ['src'] };
    const files = Object.fromEntries(MISTAKES.map(([rule, source]) => [`src/${rule}.ts`, source]));
    const folder = plant({ ...files, 'tsconfig.json': JSON.stringify(tsconfig) });
    output = run('oxlint', ['--type-aware', '--config', join(ROOT, '.oxlintrc.json'), '.'], folder);
  });

  test.each(MISTAKES)('finds %s', (rule) => {
    expect(output).toContain(`typescript(${rule})`);
  });
});
