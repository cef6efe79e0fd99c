import { typeError, wrap } from '../../errors.ts';
import { evaluateWith, type Query, type Scope } from '../../runtime.ts';
import type { ArrayValue, Value } from '../../values.ts';

/** Evaluates a query that must give a bool, with the error of `all` and `any` if it does not. */
export function testElement(test: Query, scope: Scope, element: Value, index: number): boolean {
  try {
    const result = evaluateWith(test, scope, element);
    if (typeof result !== 'boolean') throw typeError('bool', result);
    return result;
  } catch (error) {
    throw wrap(`element ${index}: `, error);
  }
}

/** The same with the error of `find_by`. */
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

/** Adds to the set; true if the set did not have it. */
export function isNew<T>(set: Set<T>, value: T): boolean {
  if (set.has(value)) return false;
  set.add(value);
  return true;
}
