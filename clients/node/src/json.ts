import { randomUUID } from 'node:crypto';

/**
 * What an integer beyond 2^53 becomes, which a JavaScript number would round: a `bigint`, its text, or the rounded number.
 * Smaller integers are numbers in any case.
 */
export type Integers = 'bigint' | 'string' | 'number';

/** A string, passed over whole, or a number. Without nested repetition: long strings are matched in one step. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const INTEGER = /^-?\d{16,}$/;
/** Worth a second reading. The digits may as well be within a string. */
const MAYBE_LARGE_INTEGER = /\d{16}/;

/** Parses JSON without rounding integers. The reviver's source text, which would be simpler, came with Node 21. */
export function parseJson(text: string, integers: Integers): unknown {
  const rounded: unknown = JSON.parse(text);
  if (integers === 'number' || !MAYBE_LARGE_INTEGER.test(text)) return rounded;
  // Nobody can send a string that begins with it.
  const mark = randomUUID();
  let isMarked = false;
  const marked = text.replace(STRING_OR_NUMBER, (token) => {
    if (!INTEGER.test(token) || Number.isSafeInteger(Number(token))) return token;
    isMarked = true;
    return `"${mark}${token}"`;
  });
  if (!isMarked) return rounded;
  return JSON.parse(marked, (_key, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith(mark)) return value;
    const digits = value.slice(mark.length);
    return integers === 'bigint' ? BigInt(digits) : digits;
  });
}

/** Writes JSON; a `bigint` becomes a plain JSON number, as `verify` reads it. Undefined for what JSON cannot hold. */
export function stringifyJson(value: unknown): string | undefined {
  const mark = randomUUID();
  let isMarked = false;
  // Undefined for a function, for example, in spite of what its type says.
  const text: string | undefined = JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'bigint') return each;
    isMarked = true;
    return `${mark}${each}`;
  });
  return isMarked ? text?.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1') : text;
}
