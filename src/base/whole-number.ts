// `Number(text)` reads an empty text as 0 and accepts `0x10`, `1e3` and ` 7 `; `parseInt` ignores trailing garbage.

/** More digits could be inexact. */
const WHOLE_NUMBER = /^\d{1,15}$/;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** Parses a text of decimal digits only; undefined for any other text. */
export function parseWholeNumber(text: string): number | undefined {
  return WHOLE_NUMBER.test(text) ? Number(text) : undefined;
}

/** The same for a text that this program wrote or that has matched a pattern. Throws for any other text. */
export function wholeNumberOf(text: string): number {
  const value = parseWholeNumber(text);
  if (value === undefined)
    throw new Error(`expected a whole number, found ${JSON.stringify(text.slice(0, 40))}`);
  return value;
}

/** Parses an integer of up to 40 digits; undefined for any other text. */
export function parseInteger(text: string): bigint | undefined {
  return /^-?\d{1,40}$/.test(text) ? BigInt(text) : undefined;
}

/** Parses a number such as `-12.50`, without an exponent; undefined for any other text. */
export function parseDecimal(text: string): number | undefined {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
