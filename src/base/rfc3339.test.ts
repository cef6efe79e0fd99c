import { describe, expect, it } from 'vitest';
import { parseRfc3339 } from './rfc3339.ts';

describe('RFC 3339', () => {
  it.each([
    ['2026-11-26T10:00:00Z', '2026-11-26T10:00:00.000Z'],
    ['2026-11-26t10:00:00.5z', '2026-11-26T10:00:00.500Z'],
    ['2026-11-26T10:00:00+23:59', '2026-11-25T10:01:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
  ])('%s is a time', (text, time) => {
    expect(new Date(parseRfc3339(text) ?? Number.NaN).toISOString()).toBe(time);
  });

  it.each([
    '2026-11-26T10:00Z',
    '2026-11-26T10:00:00',
    '2026-11-26T10:00:00+0000',
    '2026-11-26 10:00:00Z',
    '2026-02-31T10:00:00Z',
    '2026-11-26T24:00:00Z',
    '2026-11-26T10:00:61Z',
    '2026-11-26T10:00:00+24:00',
    'Thu, 26 Nov 2026 10:00:00 GMT',
  ])('%s is none', (text) => {
    expect(parseRfc3339(text)).toBeUndefined();
  });
});
