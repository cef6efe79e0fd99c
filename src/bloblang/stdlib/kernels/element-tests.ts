import { typeError, wrap } from '../../errors.ts';
import { evaluateWith, type Query, type Scope } from '../../runtime.ts';
import type { ArrayValue, Value } from '../../values.ts';

/** Evaluates a query that must return a bool; otherwise throws the error of `all` and `any`. */
export function testElement(test: Query, scope: Scope, element: Value, index: number): boolean {
  try {
    const result = evaluateWith(test, scope, element);
    if (typeof result !== 'boolean') throw typeError('bool', result);
    return result;
  } catch (error) {
    throw wrap(`element ${index}: `, error);
  }
}

/** Like `testElement`, with the error of `find_by`. */
export function matchesQuery(query: Query, scope: Scope, element: Value, index: number): boolean {
  let result: Value;
  try {
    result = evaluateWith(query, scope, element);
  } catch (error) {
    throw wrap(`query returned an error for index ${index}: `, error);
  }
  if (typeof result !== 'boolean') {
    throw wrap(`query returned a non-boolean value for index ${index}: `, typeError('bool', result));
  }
  return result;
}

export function indexesWhere(
  scope: Scope,
  elements: ArrayValue,
  matches: (element: Value, index: number) => boolean,
): number[] {
  const indexes: number[] = [];
  elements.forEach((element, index) => {
    if (matches(element, index)) indexes.push(index);
  });
  scope.run.allocateEntries(indexes.length);
  return indexes;
}

/** Adds the value to the set and returns true if it was absent. */
export function isNew<T>(set: Set<T>, value: T): boolean {
  if (set.has(value)) return false;
  set.add(value);
  return true;
}
