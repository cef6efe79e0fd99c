/** Names and ids of ours, and most ids of events. None of these characters means anything within quotes. */
const PLAIN = /^[A-Za-z0-9_.:@/#+=~ -]*$/;
const NOT_PLAIN = /[^A-Za-z0-9_]/gu;
const ANY_CHARACTER = '[\\s\\S]';

/**
 * A condition of Logs Insights that a field has this value. A text that holds anything else than plain characters becomes a
 * pattern in which these may be any: nothing that a stranger chose can end the quotes. It may then find more, and whoever asks
 * looks at what was found.
 */
export function insightsEquals(field: string, value: string): string {
  if (PLAIN.test(value)) return `${field} = "${value}"`;
  return `${field} like /^${value.replace(NOT_PLAIN, ANY_CHARACTER)}$/`;
}

/** The same as a condition of a filter pattern, where `*` stands for any text. */
export function patternEquals(field: string, value: string): string {
  return `$.${field} = "${PLAIN.test(value) ? value : value.replace(/[^A-Za-z0-9_.:@/#+=~ -]+/g, '*')}"`;
}
