// `Number(text)` takes an empty text for 0, and `0x10`, `1e3` and ` 7 ` for numbers; `parseInt` stops at what it does not know.

/** More digits may not be exact. */
const WHOLE_NUMBER = /^\d{1,15}$/;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** A number of decimal digits and nothing else; undefined for any other text. */
export function parseWholeNumber(text: string): number | undefined {
  return WHOLE_NUMBER.test(text) ? Number(text) : undefined;
}

/** The same for a text that this program wrote, or that a pattern has been matched with. Throws for any other. */
export function wholeNumberOf(text: string): number {
  const value = parseWholeNumber(text);
  if (value === undefined)
    throw new Error(`expected a whole number, found ${JSON.stringify(text.slice(0, 40))}`);
  return value;
}

/** An integer of any length up to 40 digits; undefined for any other text. */
export function parseInteger(text: string): bigint | undefined {
  return /^-?\d{1,40}$/.test(text) ? BigInt(text) : undefined;
}

/** A number such as `-12.50`, without an exponent; undefined for any other text. */
export function parseDecimal(text: string): number | undefined {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
