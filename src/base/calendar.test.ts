import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDate, parseDateTime, parseRfc3339, parseTimeOfDay } from './calendar.ts';

describe('dates and times', () => {
  it.each([
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['2026-11-23t20:00:00z', '2026-11-23T20:00:00.000Z'],
    ['2026-11-23T20:00:00.123999999Z', '2026-11-23T20:00:00.123Z'],
    ['2026-11-23T20:00:00.5Z', '2026-11-23T20:00:00.500Z'],
    ['2026-11-23T20:00Z', '2026-11-23T20:00:00.000Z'],
    ['2026-11-23T20:00:00.000+0000', '2026-11-23T20:00:00.000Z'],
    ['2026-11-23T20:00:00+14:00', '2026-11-23T06:00:00.000Z'],
    ['2026-11-23T20:00:00-23:59', '2026-11-24T19:59:00.000Z'],
    ['2026-11-23T20:00:00-00:00', '2026-11-23T20:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, expected) => {
    expect(new Date(parseDateTime(text) ?? Number.NaN).toISOString()).toBe(expected);
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-02-31T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2016-12-31T23:59:60Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+00:60',
    '2026-01-01T00:00:00',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00Z\n',
    '2026-01-01',
    '+002026-01-01T00:00:00Z',
    '２026-01-01T00:00:00Z',
    '',
  ])('%j is no point in time', (text) => {
    expect(parseDateTime(text)).toBeUndefined();
  });

  it.each(['2026-02-29', '2026-02-31', '2026-13-01', '2026-1-1', '2026-01-01T00:00:00Z', '2026-01-01Z'])(
    '%j is no day',
    (text) => {
      expect(parseDate(text)).toBeUndefined();
    },
  );

  it.each([
    ['00:00:00.000Z', 0],
    ['23:59:59.999Z', 86_399_999],
    ['10:30:45', 37_845_000],
    ['10:30', 37_800_000],
  ])('%s is %d ms after midnight', (text, expected) => {
    expect(parseTimeOfDay(text)).toBe(expected);
  });

  it.each(['24:00:00', '10:60:00', '10:00:60', '10', '10:00:00+01:00', '-1:00:00'])(
    '%j is no time of day',
    (text) => {
      expect(parseTimeOfDay(text)).toBeUndefined();
    },
  );

  it('reads what JavaScript writes, and nothing that JavaScript reads as another day', () => {
    const twoDigits = (max: number) => fc.nat(max).map((part) => String(part).padStart(2, '0'));
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') }),
        (date) => {
          // fast-check may generate an invalid date.
          fc.pre(!Number.isNaN(date.getTime()));
          expect(parseDateTime(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1970, max: 2100 }), twoDigits(15), twoDigits(35), (year, month, day) => {
        const text = `${year}-${month}-${day}`;
        const ms = parseDate(text);
        if (ms !== undefined) expect(new Date(ms).toISOString().slice(0, 10)).toBe(text);
        else expect(new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10)).not.toBe(text);
      }),
    );
  });
});

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
