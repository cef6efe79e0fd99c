import { parseJson as parse, stringifyJson } from '../../src/base/json.ts';

/**
 * Throws `SyntaxError`. Integers beyond 2^53, which Salesforce uses, become `bigint`. The service promises that an answer of the API
 * is a `T`: its tests check every answer against the schemas from which these types come.
 */
export function parseJson<T = unknown>(text: string): T {
  return parse(text) as T;
}

export function printJson(value: unknown, indent = 2): string {
  return stringifyJson(value, indent);
}
