// Reading fields, the hottest thing a mapping does.
//
// Most keys can be read with a plain property access: a key that no prototype and no class of ours has is found on nothing but the
// object's own. The rest (numbers, `*`, `length`, `constructor`, `__proto__`, …) take the careful way.

import { readPath } from './operations.ts';
import type { Evaluate } from './runtime.ts';
import { Boxed, DELETED, Float64, JsonNumber, type ObjectValue, Timestamp, type Value } from './values.ts';

const HOLDERS: readonly object[] = [
  Object.prototype,
  Array.prototype,
  String.prototype,
  Number.prototype,
  Boolean.prototype,
  BigInt.prototype,
  Uint8Array.prototype,
  Boxed.prototype,
  new Float64(0),
  new JsonNumber('0'),
  new Timestamp(0n),
  DELETED,
];

/** Own properties of strings, arrays and byte arrays are numbers and `length`. */
function isPlainKey(key: string): boolean {
  return !/^[+-]?\d/.test(key) && key !== '*' && key !== 'length' && !HOLDERS.some((holder) => key in holder);
}

function read(value: Value, key: string): Value | undefined {
  // Reading a property of a primitive is harmless: a plain key is on none of their prototypes.
  return value === null || value === undefined ? undefined : (value as ObjectValue)[key];
}

/** A closure that reads a path from what the base gives; null where there is nothing. */
export function compilePath(base: Evaluate, segments: readonly string[]): Evaluate {
  if (segments.length === 0) return base;
  if (!segments.every(isPlainKey)) return (scope) => readPath(base(scope), segments) ?? null;
  const [first = '', second = '', third = ''] = segments;
  switch (segments.length) {
    case 1:
      return (scope) => read(base(scope), first) ?? null;
    case 2:
      return (scope) => read(read(base(scope), first) ?? null, second) ?? null;
    case 3:
      return (scope) => read(read(read(base(scope), first) ?? null, second) ?? null, third) ?? null;
    default:
      return (scope) => {
        let value: Value | undefined = base(scope);
        for (const segment of segments) {
          value = read(value, segment);
          if (value === undefined) return null;
        }
        return value ?? null;
      };
  }
}
