// Reads fields, on which most mappings spend most of their time.
//
// Most keys are read by plain property access: if no prototype and no class of ours has the key, it can only be found
// on the object itself. All other keys (numbers, `*`, `length`, `constructor`, `__proto__`, …) need more care.

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

/** Numbers and `length` are own properties of strings, arrays and byte arrays. */
function isPlainKey(key: string): boolean {
  return !/^[+-]?\d/.test(key) && key !== '*' && key !== 'length' && !HOLDERS.some((holder) => key in holder);
}

function read(value: Value, key: string): Value | undefined {
  // Reading a property of a primitive is harmless: no prototype of a primitive has a plain key.
  return value === null || value === undefined ? undefined : (value as ObjectValue)[key];
}

/** Compiles a path into a closure that reads it from the base's value; null where the path leads nowhere. */
export function compilePath(base: Evaluate, segments: readonly string[]): Evaluate {
  if (segments.length === 0) return base;
  if (!segments.every(isPlainKey)) return (scope) => readPath(scope.run, base(scope), segments) ?? null;
  const [first = '', second = '', third = ''] = segments;
  switch (segments.length) {
    case 1:
      return (scope) => read(base(scope), first) ?? null;
    case 2:
      return (scope) => read(read(base(scope), first) ?? null, second) ?? null;
    case 3:
      return (scope) => read(read(read(base(scope), first) ?? null, second) ?? null, third) ?? null;
    default: {
      // Zero for any path that a person writes.
      const steps = segments.length >> 4;
      return (scope) => {
        scope.run.step(steps);
        let value: Value | undefined = base(scope);
        for (const segment of segments) {
          value = read(value, segment);
          if (value === undefined) return null;
        }
        return value ?? null;
      };
    }
  }
}
