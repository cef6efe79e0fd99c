/**
 * JSON that keeps 64-bit integers exact: integers beyond 2^53 are `bigint` in memory and plain JSON numbers in text.
 * `JSON.rawJSON` is part of ECMAScript since 2025 (Node 22 has it). So is the reviver's source text, but a reviver is
 * called for every value: one large number in a text would make all the others several times as expensive.
 */
import { possibleLargeNumbers, replaceNumbers } from './large-numbers.ts';

export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

// TypeScript's library does not declare it yet.
interface JsonWithRaw {
  rawJSON(text: string): unknown;
}
const json: JsonWithRaw = JSON as never;

const SOURCE_SHOWN_MAX = 40;

/**
 * Parses JSON text. Throws `SyntaxError`, as `JSON.parse` does; also for a number that a double cannot hold, because it
 * would be written as null. This includes integers of more than 309 digits, whose parsing time is quadratic in their
 * length.
 */
export function parseJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  const tokens = possibleLargeNumbers(text);
  return tokens.length === 0 ? parsed : replaceNumbers(text, parsed, tokens, exactNumber);
}

/** The text holds a number that a double cannot represent. */
export class NumberRangeError extends SyntaxError {
  override readonly name = 'NumberRangeError';
}

function exactNumber(source: string, rounded: number, isInteger: boolean): number | bigint {
  if (!Number.isFinite(rounded)) {
    throw new NumberRangeError(`a number is out of range: ${shortened(source)}`);
  }
  return isInteger && !Number.isSafeInteger(rounded) ? BigInt(source) : rounded;
}

function shortened(source: string): string {
  if (source.length <= SOURCE_SHOWN_MAX) return source;
  return `${source.slice(0, SOURCE_SHOWN_MAX)}… (${source.length} characters)`;
}

/** Writes JSON text. `bigint` becomes a plain JSON number. */
export function stringifyJson(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, null, indent);
  } catch (error) {
    // The value contains a bigint; letting `JSON.stringify` fail is the fastest way to find that out.
    if (!(error instanceof TypeError && error.message.includes('BigInt'))) throw error;
    return JSON.stringify(withRawIntegers(value, ''), null, indent);
  }
}

/**
 * Replaces every bigint in the value with its raw JSON text; parts without bigints are passed on uncopied. A replacer
 * would do the same at several times the cost, because it is called for every value.
 * @param key the value's key in its container, as `toJSON` receives it
 */
function withRawIntegers(value: unknown, key: string | number): unknown {
  if (typeof value === 'bigint') return jsonInteger(value);
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const shown: unknown = value.toJSON(String(key));
    return shown === value ? value : withRawIntegers(shown, key);
  }
  if (Array.isArray(value)) {
    let elements: unknown[] | undefined;
    // `entries` would allocate an array per element.
    for (let index = 0; index < value.length; index += 1) {
      const element: unknown = value[index];
      const raw = withRawIntegers(element, index);
      if (raw === element) continue;
      elements ??= [...value];
      elements[index] = raw;
    }
    return elements ?? value;
  }
  let members: Record<string, unknown> | undefined;
  for (const [name, member] of Object.entries(value)) {
    const raw = withRawIntegers(member, name);
    if (raw === member) continue;
    members ??= { ...value };
    members[name] = raw;
  }
  return members ?? value;
}

/** What `JSON.stringify` writes as this integer; for a `toJSON` that knows where its bigints are. */
export function jsonInteger(value: bigint): unknown {
  return json.rawJSON(value.toString());
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
