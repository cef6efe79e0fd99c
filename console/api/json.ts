import { parseJson as parse, stringifyJson } from '../../src/base/json.ts';

/**
 * Throws `SyntaxError`. Integers beyond 2^53, which Salesforce has, are `bigint`. That an answer of the API is a `T` is the service's
 * promise: its tests hold every answer to the schemas that the types here come from.
 */
export function parseJson<T = unknown>(text: string): T {
  return parse(text) as T;
}

export function printJson(value: unknown, indent = 2): string {
  return stringifyJson(value, indent);
}
