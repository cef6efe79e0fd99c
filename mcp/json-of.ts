import { isJsonObject, type JsonObject } from '../src/base/json.ts';

/** A JSON value; 64-bit integers are exact. */
export type Value = JsonObject[string];

/** Types a value that was parsed from JSON. */
export function jsonOf(parsed: unknown): Value {
  if (Array.isArray(parsed)) return parsed.map(jsonOf);
  if (isJsonObject(parsed)) return parsed;
  switch (typeof parsed) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return parsed;
    default:
      return null;
  }
}
