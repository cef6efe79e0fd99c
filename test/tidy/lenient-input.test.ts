import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { type LenientUse, lenientUses } from '../../scripts/lenient-input.ts';

const TYPES = fileURLToPath(new URL('../../node_modules/@types', import.meta.url));
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.NodeNext,
  types: ['node'],
  typeRoots: [TYPES],
};

const FOUND: readonly (readonly [name: string, path: string, source: string])[] = [
  ['a date', 'src/domain/a.ts', 'export const f = (x: string) => Date.parse(x);'],
  ['a date by its constructor', 'src/domain/b.ts', 'export const f = (x: string | number) => new Date(x);'],
  ['an integer', 'functions/api/c.ts', 'export const f = (x: string) => parseInt(x, 10);'],
  ['an integer of Number', 'cli/lib/d.ts', 'export const f = (x: string) => Number.parseInt(x, 10);'],
  ['a float, handed over', 'cli/lib/e.ts', 'export const f = (x: string[]) => x.map(Number.parseFloat);'],
  ['a number of a text', 'local/f.ts', 'export const f = (x?: string) => Number(x);'],
  ['a number of anything', 'src/platforms/g.ts', 'export const f = (x: unknown) => Number(x);'],
  ['numbers of texts', 'bin/h.ts', 'export const f = (x: string[]) => x.map(Number);'],
  ['a big integer', 'simulators/i.ts', 'export const f = (x: string) => BigInt(x);'],
  ['base64', 'functions/ingest/j.ts', "export const f = (x: string) => Buffer.from(x, 'base64');"],
  [
    'base64, perhaps',
    'functions/ingest/k.ts',
    "export const f = (x: string, y: boolean) => Buffer.from(x, y ? 'base64' : 'utf8');",
  ],
  [
    'base64url of an adapter',
    'src/adapters/l.ts',
    "export const f = (x: string) => Buffer.from(x, 'base64url');",
  ],
  [
    'percent-encoding',
    'src/pipeline/m.ts',
    "export const f = (x: string) => x.split('/').map(decodeURIComponent);",
  ],
];
const LEFT_ALONE: readonly (readonly [name: string, path: string, source: string])[] = [
  ['their home', 'src/base/n.ts', 'export const f = (x: string) => Date.parse(x);'],
  ['tests', 'src/domain/o.test.ts', 'export const f = (x: string) => Date.parse(x);'],
  ['Bloblang', 'src/bloblang/p.ts', 'export const f = (x: string) => Number(x);'],
  [
    'numbers',
    'src/domain/q.ts',
    'export const f = (x: bigint, y: number) => [Number(x), new Date(y), new Date()];',
  ],
  ['rows of our own', 'src/adapters/r.ts', 'export const f = (x: unknown) => Number(x);'],
  ['numbers of settings', 'src/settings/v.ts', 'export const f = (x: string) => Number(x);'],
  ['other encodings', 'src/domain/s.ts', "export const f = (x: string) => Buffer.from(x, 'utf8');"],
  ['base64 that is written', 'src/domain/t.ts', "export const f = (x: Buffer) => x.toString('base64');"],
  ['what is only called so', 'src/domain/u.ts', 'export const f = (x: { parseInt: number }) => x.parseInt;'],
];

let found: readonly LenientUse[];
// All in one program, because loading the language's types takes the time.
beforeAll(() => {
  const root = mkdtempSync(join(tmpdir(), 'sluice-lenient-'));
  for (const [, path, source] of [...FOUND, ...LEFT_ALONE]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), source);
  }
  const files = [...FOUND, ...LEFT_ALONE].map(([, path]) => join(root, path));
  found = lenientUses(root, files, OPTIONS);
});

test.each(FOUND)('%s is found', (_name, path) => {
  expect(found.filter(({ file }) => file === path)).toMatchObject([{ line: 1 }]);
});

test.each(LEFT_ALONE)('%s: left alone', (_name, path) => {
  expect(found.filter(({ file }) => file === path)).toEqual([]);
});
