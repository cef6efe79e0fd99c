const NOT_PLAIN = /[^A-Za-z0-9_]/gu;

/**
 * A Logs Insights condition: a line of JSON has a text field with this value. A character with a meaning in patterns
 * matches any character, so a value from outside can neither end the pattern nor extend it. The query may therefore
 * find too many lines, and the caller checks each.
 */
export function lineHolds(field: string, value: string): string {
  const written = JSON.stringify(value).slice(1, -1);
  return `filter @message like /"${field}":"${written.replace(NOT_PLAIN, '.')}"/`;
}

/** Our names and ids, and most event ids. None of these characters has a meaning within quotes. */
const NOT_WITHIN_QUOTES = /[^A-Za-z0-9_.:@/#+=~ -]+/g;

/** A filter-pattern condition: a field has this value, where `*` stands for any text. */
export function patternEquals(field: string, value: string): string {
  return `$.${field} = "${value.replace(NOT_WITHIN_QUOTES, '*')}"`;
}
