import { expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const NOW_MS = Date.UTC(2026, 10, 29, 12, 0, 0);
const asked = (retryAfter: string, others: Record<string, string> = {}) =>
  retryAfterMs(new Headers({ 'retry-after': retryAfter, ...others }), NOW_MS);

it.each([
  ['seconds', '7', 7_000],
  ['no wait', '0', 0],
  ['a date', 'Sun, 29 Nov 2026 12:00:30 GMT', 30_000],
  ['a date in the form of RFC 850', 'Sunday, 29-Nov-26 12:00:30 GMT', 30_000],
  ['a date in the form of asctime', 'Sun Nov 29 12:00:30 2026', 30_000],
  ['a day of one digit', 'Tue Dec  1 12:00:00 2026', 2 * 86_400_000],
  ['a leap second', 'Sun, 29 Nov 2026 12:00:60 GMT', 59_000],
  ['a date that is over', 'Sun, 29 Nov 2026 11:00:00 GMT', 0],
  ['a year of the century before', 'Sunday, 06-Nov-94 08:49:37 GMT', 0],
])('reads %s', (_what, text, expected) => {
  expect(asked(text)).toBe(expected);
});

it.each([
  '',
  '-1',
  '1.5',
  '1e3',
  'soon',
  'Sun, 31 Feb 2027 12:00:00 GMT',
  'Sun, 29 Nov 2026 24:00:00 GMT',
  '2026-11-29T12:00:30Z',
])('finds no wait in %j', (text) => {
  expect(asked(text)).toBeUndefined();
});

it('measures a date by the clock of the service', () => {
  const date = 'Sun, 29 Nov 2026 13:00:00 GMT';
  expect(asked('Sun, 29 Nov 2026 13:00:05 GMT', { date })).toBe(5_000);
});

it('says nothing without the header', () => {
  expect(retryAfterMs(new Headers(), NOW_MS)).toBeUndefined();
});
