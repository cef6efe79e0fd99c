import { annotate, EvaluationError, typeError } from '../../errors.ts';
import type { Evaluate, Query, Run } from '../../runtime.ts';
import { decodeUtf8, isBytes, isNumber, JsonNumber, toFloat, type Value } from '../../values.ts';

/** A conversion whose fallback applies to a value that does not convert and to a receiver that fails. */
export function coercion(
  receiver: Query,
  fallback: Value | undefined,
  convert: (value: Value, run: Run) => Value,
): Evaluate {
  return (scope) => {
    try {
      const value = receiver.evaluate(scope);
      scope.run.readsValue(value);
      try {
        return convert(value, scope.run);
      } catch (error) {
        throw annotate(error, receiver.annotation);
      }
    } catch (error) {
      if (fallback === undefined || !(error instanceof EvaluationError)) throw error;
      return fallback;
    }
  };
}

const BOOLS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text): [string, boolean] => [text, true]),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text): [string, boolean] => [text, false]),
]);

export function castBool(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (value instanceof JsonNumber) return value.text !== '0';
  if (isNumber(value)) return toFloat(value) !== 0;
  const text = isBytes(value) ? decodeUtf8(value) : value;
  const parsed = typeof text === 'string' ? BOOLS.get(text) : undefined;
  if (parsed === undefined) throw typeError('bool', value);
  return parsed;
}
