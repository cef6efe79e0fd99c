// Both search algorithms must find the same places. Lengths are near the limits between them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, type Program } from '../../index.ts';
import { EXTENDED_DEFINITIONS } from '../registry-extended.ts';

function programOf(mapping: string): Program {
  const compiled = compile(mapping, { definitions: EXTENDED_DEFINITIONS });
  if (!compiled.ok) throw new Error(compiled.diagnostics[0].text);
  return compiled.program;
}

const all = programOf(
  'root = [this.t.contains(this.p), this.t.index_of(this.p), this.t.split(this.p), this.t.replace_all(this.p, "-")]',
);

function expectNative(t: string, p: string): void {
  const value = [t.includes(p), t.indexOf(p), t.split(p), t.split(p).join('-')];
  expect(all.run({ t, p })).toMatchObject({ kind: 'output', value });
}

describe('a part is found where JavaScript finds it', () => {
  const few = (min: number, max: number) =>
    fc.string({ unit: fc.constantFrom('a', 'b'), minLength: min, maxLength: max });

  it('in short texts', () => {
    fc.assert(fc.property(few(0, 60), few(1, 20), expectNative));
  });

  it('in long texts, for long parts, which have borders of every kind', () => {
    const part = fc.tuple(few(1, 8), fc.nat(400), few(0, 8)).map(([one, n, end]) => one.repeat(n + 20) + end);
    const text = (p: string) =>
      fc
        .array(fc.oneof(fc.constant(p), fc.constant(p.slice(0, -1)), fc.constant(p.slice(1)), few(0, 9)))
        .map((pieces) => pieces.join('') + p.slice(0, 7).repeat(12_000));
    fc.assert(
      fc.property(
        part.chain((p) => text(p).map((t) => ({ t, p }))),
        ({ t, p }) => expectNative(t, p),
      ),
      { numRuns: 30 },
    );
  });
});
