// Laws that hold for every mapping and every message.

import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../src/bloblang/ast.ts';
import { compile, type Value } from '../../src/bloblang/index.ts';
import { Parser } from '../../src/bloblang/parser.ts';
import { printMapping } from '../../src/bloblang/printer.ts';
import { Failure } from '../../src/bloblang/scanner.ts';
import { mapping, tokenSoup } from './generators.ts';
import { ALL_DEFINITIONS, type Vector } from './scoring.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);

function parse(source: string): Mapping | Failure {
  const result = new Parser(source, { check: () => undefined, nestingMax: 200 }).mapping();
  return result instanceof Failure ? result : result.value;
}

/** A tree without the fields that depend on its position in the source. */
function shape(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part) => {
      if (key === 'at' || key === 'height') return undefined;
      if (typeof part === 'bigint') return `${part}n`;
      if (Object.is(part, -0)) return '-0';
      return part;
    }),
  );
}

const upstream = new URL('../../../shared/bloblang/upstream.json', import.meta.url);
const vectors: Vector[] = [
  ...JSON.parse(readFileSync(new URL('vectors/probes.json', import.meta.url), 'utf8')),
  ...(existsSync(upstream) ? JSON.parse(readFileSync(upstream, 'utf8')) : []),
];

describe('printing', () => {
  it('gives source that parses to the same tree, for any tree', () => {
    fc.assert(
      fc.property(mapping, (tree) => {
        const again = parse(printMapping(tree));
        expect(again).not.toBeInstanceOf(Failure);
        expect(shape(again)).toEqual(shape(tree));
      }),
      { numRuns: RUNS },
    );
  });

  it('gives source that parses to the same tree, for every mapping of the vectors', () => {
    let printed = 0;
    for (const vector of vectors) {
      if (vector.kind === 'interpolation') continue;
      const tree = parse(vector.mapping);
      if (tree instanceof Failure) continue;
      printed++;
      expect(shape(parse(printMapping(tree))), vector.id).toEqual(shape(tree));
    }
    expect(printed).toBeGreaterThan(2_000);
  });
});

describe('any source', () => {
  it.each([
    ['random text', fc.string({ maxLength: 200, unit: 'binary' })],
    ['pieces of the language', tokenSoup],
  ])('of %s compiles or is refused with a place in it', (_, source) => {
    fc.assert(
      fc.property(source, (text) => {
        const compiled = compile(text, { definitions: ALL_DEFINITIONS });
        if (compiled.ok) return;
        const { line, column, message } = compiled.diagnostics[0];
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
        expect(column).toBeGreaterThan(0);
        expect(message).not.toBe('');
      }),
      { numRuns: RUNS * 3 },
    );
  });
});

/** Small limits, so that a run that would not end fails fast. */
const limits = {
  steps: 20_000,
  allocatedBytes: 1_000_000,
  stringBytes: 200_000,
  outputBytes: 200_000,
  mapDepth: 50,
};

describe('any run', () => {
  it('ends with an outcome, leaves its input unchanged and finds no bug of ours', () => {
    fc.assert(
      fc.property(mapping, fc.jsonValue({ maxDepth: 3 }), (tree, input) => {
        const compiled = compile(printMapping(tree), { definitions: ALL_DEFINITIONS, limits });
        if (!compiled.ok) return;
        const before = JSON.stringify(input);
        const outcome = compiled.program.run(input as Value);
        expect(JSON.stringify(input)).toBe(before);
        expect(['output', 'unchanged', 'deleted', 'error']).toContain(outcome.kind);
        if (outcome.kind === 'error') expect(outcome.error).not.toContain('internal error');
      }),
      { numRuns: RUNS * 2 },
    );
  });

  it('gives the same on bytes as on the parsed document', () => {
    fc.assert(
      fc.property(mapping, fc.jsonValue({ maxDepth: 3 }), (tree, input) => {
        const source = printMapping(tree);
        if (/now|uuid|content/.test(source)) return;
        const compiled = compile(source, { definitions: ALL_DEFINITIONS, limits });
        if (!compiled.ok) return;
        const text = JSON.stringify(input);
        const parsed = compiled.program.run(JSON.parse(text));
        const bytes = compiled.program.runBytes(new TextEncoder().encode(text));
        expect(bytes.kind).toBe(parsed.kind);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('compiling', () => {
  function workOf(source: string): number {
    let work = 0;
    const parser = new Parser(source, {
      check: () => {
        work++;
        return undefined;
      },
      nestingMax: 10_000_000,
      onWork: () => {
        work++;
      },
    });
    parser.mapping();
    return work;
  }

  it.each<[string, (size: number) => string]>([
    ['statements', (size) => 'root.a = this.b\n'.repeat(size)],
    ['a long chain', (size) => `root = 1${' + this.a'.repeat(size)}`],
    ['a long path', (size) => `root = this${'.a'.repeat(size)}`],
    ['many methods', (size) => `root = this${'.string()'.repeat(size)}`],
    ['a long array', (size) => `root = [${'1,'.repeat(size)}]`],
    ['a long object', (size) => `root = {${'"a": this.b,'.repeat(size)}}`],
    ['many cases', (size) => `root = match this {\n${'  this.a => 1\n'.repeat(size)}}`],
    ['many branches', (size) => `root = if true { 1 }${' else if true { 2 }'.repeat(size)}`],
    ['many arguments', (size) => `root = this.append(${'1, '.repeat(size)}2)`],
    ['if statements in a row', (size) => 'if true { root = 1 }\n'.repeat(size)],
    ['brackets', (size) => `root = ${'('.repeat(size)}1${')'.repeat(size)}`],
    ['brackets that do not close', (size) => `root = ${'('.repeat(size)}1`],
    ['arrays that do not close', (size) => `root = ${'['.repeat(size)}1`],
    ['objects that do not close', (size) => `root = ${'{"a":'.repeat(size)}1`],
    ['ifs that do not close', (size) => 'if true {\n'.repeat(size)],
    ['lambdas', (size) => `root = this${'.map_each(_ -> this'.repeat(size)}`],
    ['maps that do not end', (size) => `map a {\n${'root = 1\n'.repeat(size)}`],
  ])('takes work in proportion to the source: %s', (_, source) => {
    const [one, two] = [workOf(source(200)), workOf(source(400))];
    expect(two).toBeLessThanOrEqual(one * 2 + 20);
  });
});
