const NOT_PLAIN = /[^A-Za-z0-9_]/gu;

/**
 * A condition of Logs Insights that a line of JSON has a text field with this value. Whatever means something in a pattern may be
 * any character: nothing that a stranger chose can end the pattern, or say more than it. It may then find more lines, and
 * whoever asks looks at each.
 */
export function lineHolds(field: string, value: string): string {
  const written = JSON.stringify(value).slice(1, -1);
  return `filter @message like /"${field}":"${written.replace(NOT_PLAIN, '.')}"/`;
}

/** Names and ids of ours, and most ids of events. None of these characters means anything within quotes. */
const NOT_WITHIN_QUOTES = /[^A-Za-z0-9_.:@/#+=~ -]+/g;

/** A condition of a filter pattern that a field has this value, where `*` stands for any text. */
export function patternEquals(field: string, value: string): string {
  return `$.${field} = "${value.replace(NOT_WITHIN_QUOTES, '*')}"`;
}
