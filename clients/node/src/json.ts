import { randomUUID } from 'node:crypto';

/**
 * What to return for an integer beyond 2^53, which a JavaScript number would round: a `bigint`, its text, or the
 * rounded number. Smaller integers are always numbers.
 */
export type Integers = 'bigint' | 'string' | 'number';

/** A string, which is skipped whole, or a number. Without nested repetition, a long string matches in one step. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const INTEGER = /^-?\d{16,}$/;
/** Text that needs a second pass. The digits may also be in a string. */
const MAYBE_LARGE_INTEGER = /\d{16}/;

/** Parses JSON without rounding integers. The reviver's source text would be simpler, but came only with Node 21. */
export function parseJson(text: string, integers: Integers): unknown {
  const rounded: unknown = JSON.parse(text);
  if (integers === 'number' || !MAYBE_LARGE_INTEGER.test(text)) return rounded;
  // A sender cannot guess it, so no string in the text begins with it.
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
  // Despite its type, `JSON.stringify` returns undefined for a function, for example.
  const text: string | undefined = JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'bigint') return each;
    isMarked = true;
    return `${mark}${each}`;
  });
  return isMarked ? text?.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1') : text;
}
