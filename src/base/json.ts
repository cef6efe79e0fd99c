/**
 * JSON that keeps 64-bit integers exact: integers beyond 2^53 are `bigint` in memory and plain JSON numbers in text.
 * `JSON.rawJSON` and the reviver's source text are part of ECMAScript since 2025 (Node 22 has both).
 */

export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

// TypeScript's library does not describe these yet.
interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}
const json: JsonWithSource = JSON as never;

/** Sixteen digits in a row is the shortest integer that a double may not hold. */
const MAY_HOLD_BIG_INTEGER = /\d{16}/;
/** Beyond 1.8e308 there is only infinity, which JSON would write as null. */
const MAY_BE_OUT_OF_RANGE = /\d[eE]\+?\d{3}/;
const INTEGER = /^-?\d+$/;
const SOURCE_SHOWN_MAX = 40;

/** Parses JSON text. Throws `SyntaxError`, as `JSON.parse` does; also for a number that a double cannot hold. */
export function parseJson(text: string): unknown {
  if (!MAY_HOLD_BIG_INTEGER.test(text) && !MAY_BE_OUT_OF_RANGE.test(text)) return JSON.parse(text);
  return json.parse(text, (_key, value, context) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const { source = '' } = context;
    if (INTEGER.test(source)) return BigInt(source);
    if (!Number.isFinite(value)) {
      throw new SyntaxError(`a number is out of range: ${source.slice(0, SOURCE_SHOWN_MAX)}`);
    }
    return value;
  });
}

/** Writes JSON text. `bigint` becomes a plain JSON number. */
export function stringifyJson(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, null, indent);
  } catch (error) {
    // A bigint somewhere inside: `JSON.stringify` has no faster way to meet it than to fail.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(
      value,
      (_key, inner: unknown) => (typeof inner === 'bigint' ? json.rawJSON(inner.toString()) : inner),
      indent,
    );
  }
}

/** What `JSON.stringify` writes as this integer: for a `toJSON` that knows where its bigints are. */
export function jsonInteger(value: bigint): unknown {
  return json.rawJSON(value.toString());
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
