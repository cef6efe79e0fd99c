// Writes to a path of the new root. Values are shared and never copied up front. The first write to a container copies
// it; the activation owns the copy until something reads root.

import { fail } from './errors.ts';
import { pathIndex, readPath } from './operations.ts';
import type { Activation, Run, Scope } from './runtime.ts';
import { quote } from './text.ts';
import {
  copyObject,
  DELETED,
  getOwn,
  isArray,
  isObject,
  NOTHING,
  type ObjectBuilder,
  type ObjectValue,
  setOwn,
  typeOf,
  type Value,
} from './values.ts';

type Container = { kind: 'object'; object: ObjectBuilder } | { kind: 'array'; array: Value[] };

/** The segments as a dot path, with `~` and `.` inside a segment escaped. */
export function dotPath(segments: readonly string[]): string {
  return segments.map((segment) => segment.replaceAll('~', '~0').replaceAll('.', '~1')).join('.');
}

/** Copies the object and charges the run for it. */
export function copied(run: Run, object: ObjectValue): ObjectBuilder {
  run.allocateKeys(run.keysOf(object).length);
  return copyObject(object);
}

export function assignPath({ activation, run }: Scope, path: readonly string[], value: Value): void {
  if (value === NOTHING) return;
  if (path.length === 0) {
    activation.root = value;
    return;
  }
  if (activation.root === NOTHING || activation.root === null) activation.root = own(activation, {});
  if (value === DELETED) remove(run, activation, path);
  else write(run, activation, path, value);
}

function own<T extends object>(activation: Activation, container: T): T {
  activation.owned ??= new Set();
  activation.owned.add(container);
  return container;
}

/** The container itself if the activation owns it, otherwise a copy that the activation owns. */
function writable(run: Run, activation: Activation, value: Value): Container | undefined {
  const owned = typeof value === 'object' && value !== null && activation.owned?.has(value) === true;
  if (isArray(value)) {
    // This function made every owned array, so the cast from readonly is safe.
    if (owned) return { kind: 'array', array: value as Value[] };
    run.allocateEntries(value.length);
    return { kind: 'array', array: own(activation, [...value]) };
  }
  if (isObject(value)) {
    return {
      kind: 'object',
      object: owned ? (value as ObjectBuilder) : own(activation, copied(run, value)),
    };
  }
  return undefined;
}

function write(run: Run, activation: Activation, path: readonly string[], value: Value): void {
  let put = (container: Value): void => {
    activation.root = container;
  };
  let current: Value = activation.root;
  for (const [depth, segment] of path.entries()) {
    const last = depth === path.length - 1;
    const target = writable(run, activation, current);
    if (target === undefined) throw collision(run, activation.root, path);
    if (target.kind === 'object') {
      const { object } = target;
      put(object);
      const child = getOwn(object, segment) ?? null;
      const next = last ? value : (child ?? own(activation, {}));
      setOwn(object, segment, next);
      put = (container) => setOwn(object, segment, container);
      current = next;
      continue;
    }
    const { array } = target;
    put(array);
    const index = segment === '-' ? array.length : arrayIndex(path, depth, array.length);
    const child = array[index] ?? null;
    if (!last && child === null && segment !== '-') {
      throw unable(path, `failed to resolve path segment '${depth}': field '${segment}' was not found`);
    }
    const next = last ? value : (child ?? own(activation, {}));
    array[index] = next;
    put = (container) => {
      array[index] = container;
    };
    current = next;
  }
}

function arrayIndex(path: readonly string[], depth: number, length: number): number {
  const segment = path[depth] ?? '';
  const index = pathIndex(segment);
  if (index === undefined) {
    throw unable(
      path,
      `failed to resolve path segment '${depth}': found array but segment value '${segment}' could not be parsed into array index: strconv.Atoi: parsing ${quote(segment)}: invalid syntax`,
    );
  }
  if (index >= length) {
    throw unable(
      path,
      `failed to resolve path segment '${depth}': found array but index '${segment}' exceeded target array size of '${length}'`,
    );
  }
  return index;
}

function unable(path: readonly string[], reason: string) {
  return fail(`unable to set target path ${dotPath(path)}: ${reason}`);
}

function collision(run: Run, root: Value, path: readonly string[]) {
  const target = dotPath(path);
  if (!isObject(root)) {
    return fail(
      `unable to set target path ${target} as the value of the root was a non-object type (${typeOf(root)})`,
    );
  }
  let current: Value = root;
  let culprit = path.length;
  for (let depth = 0; depth < path.length; depth++) {
    current = readPath(run, current, path.slice(depth, depth + 1)) ?? null;
    if (!isObject(current)) {
      culprit = depth + 1;
      break;
    }
  }
  return fail(
    `unable to set target path ${target} as the value of ${dotPath(path.slice(0, culprit))} was a non-object type (${typeOf(current)})`,
  );
}

/** Never fails: removing what does not exist changes nothing. */
function remove(run: Run, activation: Activation, path: readonly string[]): void {
  const last = path[path.length - 1] ?? '';
  const parentPath = path.slice(0, -1);
  const parent = readPath(run, activation.root, parentPath);
  if (parent === undefined) return;
  if (isObject(parent) && getOwn(parent, last) !== undefined) {
    const rest: ObjectBuilder = {};
    const keys = run.keysOf(parent);
    run.allocateKeys(keys.length);
    for (const key of keys) if (key !== last) setOwn(rest, key, parent[key] ?? null);
    replace(run, activation, parentPath, own(activation, rest as ObjectValue));
  } else if (isArray(parent) && parentPath.length > 0) {
    const index = pathIndex(last);
    if (index === undefined || index >= parent.length) return;
    run.allocateEntries(parent.length);
    replace(run, activation, parentPath, own(activation, parent.toSpliced(index, 1)));
  }
}

function replace(run: Run, activation: Activation, path: readonly string[], value: Value): void {
  if (path.length === 0) activation.root = value;
  else write(run, activation, path, value);
}
