// Checks every comparison of numbers against exact arithmetic: a float64 is a whole number times a power of two.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile } from './index.ts';
import { EXTENDED_DEFINITIONS } from './stdlib/registry-extended.ts';
import { Float64, int, isInteger, JsonNumber, type NumberValue, toFloat, toInt64 } from './values.ts';

/**
 * Both values times 2^1074, which makes every float64 a whole number. Against a float, an integer counts as the nearest
 * float.
 */
function scaled(left: NumberValue, right: NumberValue): readonly [bigint, bigint] {
  if (isInteger(left) && isInteger(right)) return [toInt64(left), toInt64(right)];
  return [scaledFloat(toFloat(left)), scaledFloat(toFloat(right))];
}

function scaledFloat(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

const edges = [0, 1, -1, 2 ** 53, 2 ** 63, -(2 ** 63), 2 ** 64, 1.7e308, 1e19, 5e-324, 123456789012345680000];
const double = fc.oneof(fc.double({ noNaN: true, min: -1.7e308, max: 1.7e308 }), fc.constantFrom(...edges));
const integer = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)),
);
const anyNumber: fc.Arbitrary<NumberValue> = fc.oneof(
  double,
  double.map((value) => new Float64(value)),
  double.map((value) => new JsonNumber(JSON.stringify(value))),
  integer.map(int),
  integer.map((value) => new JsonNumber(String(value))),
);

const compiled = compile(
  'root = [this.a < this.b, this.a <= this.b, this.a == this.b, this.a != this.b, this.a >= this.b, this.a > this.b]',
);
const sorting = compile('root = this.sort()');

it('compares numbers of all kinds as exact arithmetic does', () => {
  if (!compiled.ok) throw new Error(compiled.diagnostics[0].text);
  const { program } = compiled;
  fc.assert(
    fc.property(anyNumber, anyNumber, (a, b) => {
      const [left, right] = scaled(a, b);
      const equal = left === right;
      expect(program.run({ a, b })).toMatchObject({
        value: [left < right, left <= right, equal, !equal, left >= right, left > right],
      });
    }),
    { numRuns: 2_000 },
  );
});

it('sorts numbers of all kinds in that order', () => {
  if (!sorting.ok) throw new Error(sorting.diagnostics[0].text);
  const { program } = sorting;
  fc.assert(
    fc.property(fc.array(anyNumber, { minLength: 1, maxLength: 20 }), (numbers) => {
      const outcome = program.run(numbers);
      if (outcome.kind !== 'output') throw new Error(`expected output, found ${outcome.kind}`);
      const sorted = (outcome.value as NumberValue[]).map(toFloat);
      expect(sorted).toEqual(sorted.toSorted((x, y) => x - y));
    }),
  );
});

const among = compile(
  `root = {
  "max": [this.a, this.b].max(), "min": [this.a, this.b].min(),
  "sorted": [this.a, this.b].sort_by(n -> n), "unique": [this.a, this.b].unique().length(),
  "contains": [this.a].contains(this.b), "find": [this.a].find(this.b), "find_all": [this.a].find_all(this.b).length(),
  "same": [this.a] == [this.b],
}`,
  { definitions: EXTENDED_DEFINITIONS },
);

/**
 * Built-ins that search several numbers treat them all as floats, whatever their kinds, as the reference engine does.
 */
it('looks for numbers of all kinds among others by their nearest floats', () => {
  if (!among.ok) throw new Error(among.diagnostics[0].text);
  const { program } = among;
  fc.assert(
    fc.property(anyNumber, fc.oneof(anyNumber, fc.constant(undefined)), (a, other) => {
      const b = other ?? a;
      const [left, right] = [scaledFloat(toFloat(a)), scaledFloat(toFloat(b))];
      const equal = left === right;
      const outcome = program.run({ a, b });
      if (outcome.kind !== 'output') throw new Error(JSON.stringify(outcome));
      const seen = outcome.value as Readonly<Record<string, NumberValue>> & {
        readonly sorted: NumberValue[];
      };
      const scaledOf = (value: NumberValue) => scaledFloat(toFloat(value));
      const upwards = left <= right ? [left, right] : [right, left];
      expect([seen['min'] ?? 0, seen['max'] ?? 0].map(scaledOf)).toEqual(upwards);
      expect(seen.sorted.map(scaledOf)).toEqual(upwards);
      expect(seen).toMatchObject({
        unique: equal ? 1 : 2,
        contains: equal,
        find: equal ? 0 : -1,
        find_all: equal ? 1 : 0,
        same: equal,
      });
    }),
    { numRuns: 1_000 },
  );
});
