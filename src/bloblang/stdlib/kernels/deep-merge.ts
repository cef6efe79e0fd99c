import type { Scope } from '../../runtime.ts';
import {
  copyObject,
  getOwn,
  isArray,
  isObject,
  type ObjectBuilder,
  type ObjectValue,
  setOwn,
  type Value,
} from '../../values.ts';

/** Decides between two values for one key that are not both objects. */
export type Collision = (existing: Value, incoming: Value) => Value;

/** Collects both values in an array, flattening those that are arrays. */
export const collectBoth: Collision = (existing, incoming) => [
  ...(isArray(existing) ? existing : [existing]),
  ...(isArray(incoming) ? incoming : [incoming]),
];

export const takeIncoming: Collision = (_existing, incoming) => incoming;

/** A new object with the fields of both; objects on both sides are merged in turn. */
export function mergeObjects(
  scope: Scope,
  target: ObjectValue,
  source: ObjectValue,
  collision: Collision,
): ObjectValue {
  scope.run.allocateKeys(scope.run.keysOf(target).length);
  const merged = copyObject(target);
  mergeOnto(scope, merged, source, collision);
  return merged;
}

/** Merges the fields of the source into an object that nothing else has seen. */
export function mergeOnto(
  scope: Scope,
  merged: ObjectBuilder,
  source: ObjectValue,
  collision: Collision,
): void {
  const keys = scope.run.keysOf(source);
  scope.run.allocateKeys(keys.length);
  for (const key of keys) {
    const incoming = source[key] ?? null;
    const existing = getOwn(merged, key);
    if (existing === undefined) setOwn(merged, key, incoming);
    else if (isObject(existing) && isObject(incoming)) {
      setOwn(merged, key, mergeObjects(scope, existing, incoming, collision));
    } else {
      const combined = collision(existing, incoming);
      if (isArray(combined)) scope.run.allocateEntries(combined.length);
      setOwn(merged, key, combined);
    }
  }
}

/** Joins arrays and merges objects; undefined if the target is neither. */
export function mergeInto(
  scope: Scope,
  target: Value,
  source: Value,
  collision: Collision,
): Value | undefined {
  if (isArray(target)) {
    const added = isArray(source) ? source : [source];
    scope.run.allocateEntries(target.length + added.length);
    return [...target, ...added];
  }
  if (!isObject(target)) return undefined;
  return isObject(source) ? mergeObjects(scope, target, source, collision) : target;
}
