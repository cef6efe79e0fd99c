import { parseJson, stringifyJson } from '../../src/base/json.ts';

/**
 * An answer of the API; throws `SyntaxError`. Integers beyond 2^53, which Salesforce has, are `bigint`. That it is a `T` is the service's
 * promise: its tests hold every answer to the schemas that the types here come from.
 */
export function parseAnswer<T>(text: string): T {
  return parseJson(text) as T;
}

export function printJson(value: unknown): string {
  return stringifyJson(value, 2);
}
