import { fail, typeError, wrap } from '../../errors.ts';
import type { Query, Scope } from '../../runtime.ts';
import { isNumber, isSentinel, type Sentinel, toInt64, type Value } from '../../values.ts';

function resolved(scope: Scope, query: Query, name: string): Value {
  try {
    return query.evaluate(scope);
  } catch (error) {
    throw wrap(`failed to resolve ${name} argument: `, error);
  }
}

function whole(value: Value, name: string): bigint {
  if (!isNumber(value)) throw wrap(`failed to resolve ${name} argument: `, typeError('number', value));
  return toInt64(value);
}

/** The bounds of a counter, evaluated at its first count. */
export function counterBounds(
  scope: Scope,
  min: Query,
  max: Query,
): { readonly min: bigint; readonly max: bigint } {
  const low = whole(resolved(scope, min, 'min'), 'min');
  if (low < 0n) throw fail(`min argument must be >0, got ${low}`);
  const high = whole(resolved(scope, max, 'max'), 'max');
  if (high < 0n || high <= low) throw fail(`max argument must be >0 and >min, got ${high}`);
  return { min: low, max: high };
}

/** The value of the `set` argument: a number to set, null to only read, or one of `deleted()` and `nothing()`. */
export function counterSetting(scope: Scope, set: Query): bigint | null | Sentinel {
  const value = resolved(scope, set, 'set');
  if (value === null || isSentinel(value)) return value;
  return whole(value, 'set');
}
