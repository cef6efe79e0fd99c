import { wrap } from '../../errors.ts';
import { parseDotPath } from '../../operations.ts';
import type { Run } from '../../runtime.ts';
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
import { textElement } from '../receivers.ts';

/** The segments of a dot path. The empty path is the empty key. */
export function pathSegments(path: string, run?: Run): string[] {
  return path === '' ? [''] : parseDotPath(path, run);
}

/** A copy of the object without the fields at the paths. Arrays along a path stay unchanged. */
export function withoutPaths(
  run: Run,
  object: ObjectValue,
  paths: readonly (readonly string[])[],
): ObjectBuilder {
  const kept: ObjectBuilder = {};
  for (const key of payForCopy(run, object, paths)) {
    const value = object[key] ?? null;
    const onKey = paths.filter((path) => path[0] === key);
    if (onKey.some((path) => path.length === 1)) continue;
    setOwn(kept, key, onKey.length > 0 && isObject(value) ? withoutPaths(run, value, rests(onKey)) : value);
  }
  return kept;
}

/** A copy of the object with only the fields at the paths. Arrays along a path stay whole. */
export function onlyPaths(
  run: Run,
  object: ObjectValue,
  paths: readonly (readonly string[])[],
): ObjectBuilder {
  const kept: ObjectBuilder = {};
  for (const key of payForCopy(run, object, paths)) {
    const value = object[key] ?? null;
    const onKey = paths.filter((path) => path[0] === key);
    if (onKey.length === 0) continue;
    const deeper = onKey.filter((path) => path.length > 1);
    setOwn(kept, key, deeper.length > 0 && isObject(value) ? onlyPaths(run, value, rests(deeper)) : value);
  }
  return kept;
}

/**
 * Charges for the keys, each of which is compared with every path and copied, and for copying the paths. Returns the
 * keys.
 */
function payForCopy(run: Run, object: ObjectValue, paths: readonly (readonly string[])[]): string[] {
  const keys = run.keysOf(object);
  run.allocateKeys(keys.length);
  run.step((keys.length * paths.length) >> 4);
  run.step(paths.reduce((sum, path) => sum + path.length, 0) >> 4);
  return keys;
}

function rests(paths: readonly (readonly string[])[]): string[][] {
  return paths.map((path) => path.slice(1));
}

/** A copy with the value at the path. It shares everything off the path with the original. */
export function withValueAt(
  run: Run,
  container: Value,
  path: readonly string[],
  from: number,
  value: Value,
): Value {
  const segment = path[from];
  if (segment === undefined) return value;
  if (isArray(container)) {
    run.allocateEntries(container.length);
    const index = /^[0-9]{1,9}$/.test(segment) ? Number(segment) : -1;
    const element = container[index];
    if (element === undefined) return container;
    return container.with(index, withValueAt(run, element, path, from + 1, value));
  }
  if (container !== null && !isObject(container)) return container;
  run.allocateKeys(container === null ? 1 : run.keysOf(container).length);
  const copy = container === null ? {} : copyObject(container);
  setOwn(copy, segment, withValueAt(run, getOwn(copy, segment) ?? null, path, from + 1, value));
  return copy;
}

/** Parses an argument as a dot path. */
export function pathArgument(run: Run, argument: Value, index: number): string[] {
  try {
    return pathSegments(textElement(run, argument), run);
  } catch (error) {
    throw wrap(`argument ${index}: `, error);
  }
}
