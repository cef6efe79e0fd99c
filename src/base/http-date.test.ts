import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHttpDate, parseRetryAfterMs } from './http-date.ts';

const NOW_MS = Date.UTC(2026, 10, 29, 12);
const shown = (text: string, nowMs = NOW_MS) => {
  const ms = parseHttpDate(text, nowMs);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

describe('dates of HTTP', () => {
  it.each([
    // The three examples of RFC 9110, section 5.6.7.
    ['Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37.000Z'],
    ['Thu Nov 26 08:49:37 2026', '2026-11-26T08:49:37.000Z'],
    ['Thu, 29 Feb 2024 00:00:00 GMT', '2024-02-29T00:00:00.000Z'],
    // A wrong day of the week, which is ignored.
    ['Mon, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['Sat, 31 Dec 2016 23:59:60 GMT', '2016-12-31T23:59:59.000Z'],
    ['Fri, 01 Jan 0001 00:00:00 GMT', '0001-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    '',
    'Sat, 31 Feb 2026 00:00:00 GMT',
    'Sun, 29 Feb 2026 00:00:00 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'Sun, 06 Nov 1994 08:49 GMT',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
    '06 Nov 1994 08:49:37 GMT',
    'Sonntag, 06-Nov-94 08:49:37 GMT',
    'Sunday, 06-Nov-1994 08:49:37 GMT',
    'Sun Nov 6 08:49:37 1994',
    'Sun Nov 06 08:49:37 1994 GMT',
    '2026-11-26T08:49:37Z',
    '1994',
  ])('%j is none', (text) => {
    expect(shown(text)).toBeUndefined();
  });

  it.each([
    ['26', 2026],
    ['76', 2076],
    ['77', 1977],
    ['99', 1999],
    ['00', 2000],
  ])('the year %s is %d, at most fifty years ahead', (year, expected) => {
    expect(shown(`Sunday, 06-Nov-${year} 08:49:37 GMT`)).toBe(`${expected}-11-06T08:49:37.000Z`);
  });

  it('reads what JavaScript writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date(253_402_300_799_000), noInvalidDate: true }),
        (date) => {
          date.setUTCMilliseconds(0);
          expect(parseHttpDate(date.toUTCString(), NOW_MS)).toBe(date.getTime());
        },
      ),
    );
  });
});

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    ['999999999999', 999_999_999_999_000],
    ['Sun, 29 Nov 2026 12:00:30 GMT', 30_000],
    ['Sunday, 29-Nov-26 12:00:30 GMT', 30_000],
    ['Sun Nov 29 12:00:30 2026', 30_000],
    ['Sun, 29 Nov 2026 11:00:00 GMT', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseRetryAfterMs(text, NOW_MS)).toBe(ms);
  });

  it.each(['', '-1', '1.5', '1e3', '0x10', ' 5', '5 s', 'soon', '2026-11-29', '31 Feb 2026', '1'.repeat(16)])(
    '%j is neither seconds nor a date',
    (text) => {
      expect(parseRetryAfterMs(text, NOW_MS)).toBeUndefined();
    },
  );
});
