import { parseDateTime } from './calendar.ts';

/** With its seconds and its zone. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:(\d\d)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 of a date-time by the letter of RFC 3339; a leap second counts as the second before it. */
export function parseRfc3339(text: string): number | undefined {
  const second = RFC_3339.exec(text)?.[1];
  if (second === undefined) return undefined;
  return parseDateTime(second === '60' ? text.replace(':60', ':59') : text);
}
