import { wrap } from '../../errors.ts';
import { parseDotPath } from '../../operations.ts';
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
import { textReceiver } from '../receivers.ts';

/** The segments of a dot path. The empty path is the empty key. */
export function pathSegments(path: string): string[] {
  return path === '' ? [''] : parseDotPath(path);
}

/** The object without the fields that the paths lead to. Arrays along a path stay unchanged. */
export function withoutPaths(object: ObjectValue, paths: readonly (readonly string[])[]): ObjectBuilder {
  const kept: ObjectBuilder = {};
  for (const key of Object.keys(object)) {
    const value = object[key] ?? null;
    const onKey = paths.filter((path) => path[0] === key);
    if (onKey.some((path) => path.length === 1)) continue;
    setOwn(kept, key, onKey.length > 0 && isObject(value) ? withoutPaths(value, rests(onKey)) : value);
  }
  return kept;
}

/** The object with only the fields that the paths lead to. Arrays along a path stay whole. */
export function onlyPaths(object: ObjectValue, paths: readonly (readonly string[])[]): ObjectBuilder {
  const kept: ObjectBuilder = {};
  for (const key of Object.keys(object)) {
    const value = object[key] ?? null;
    const onKey = paths.filter((path) => path[0] === key);
    if (onKey.length === 0) continue;
    const deeper = onKey.filter((path) => path.length > 1);
    setOwn(kept, key, deeper.length > 0 && isObject(value) ? onlyPaths(value, rests(deeper)) : value);
  }
  return kept;
}

function rests(paths: readonly (readonly string[])[]): string[][] {
  return paths.map((path) => path.slice(1));
}

/** A copy with the value at the path. It shares everything that is not on the path. */
export function withValueAt(container: Value, path: readonly string[], value: Value): Value {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (isArray(container)) {
    const index = /^[0-9]{1,9}$/.test(segment) ? Number(segment) : -1;
    const element = container[index];
    if (element === undefined) return container;
    return container.with(index, withValueAt(element, rest, value));
  }
  if (container !== null && !isObject(container)) return container;
  const copy = container === null ? {} : copyObject(container);
  setOwn(copy, segment, withValueAt(getOwn(copy, segment) ?? null, rest, value));
  return copy;
}

/** An argument that is a dot path. */
export function pathArgument(argument: Value, index: number): string[] {
  try {
    return pathSegments(textReceiver(argument));
  } catch (error) {
    throw wrap(`argument ${index}: `, error);
  }
}
