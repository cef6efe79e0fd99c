import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { Run } from '../../runtime.ts';
import { Layout } from './go-time-layout.ts';
import { inZone, loadZone } from './time-zone.ts';
import { clockOf } from './timestamp-clock.ts';
import { parseTimestamp } from './timestamp-coercion.ts';
import { addIsoDuration, isoDurationArgument } from './timestamp-methods.ts';

const RFC3339 = new Layout('2006-01-02T15:04:05Z07:00');
const RFC3339_NAMED = new Layout(`${RFC3339.text} MST`);

// Columns: zone, seconds since 1970, text.
const SHOWN: readonly (readonly [string, number, string])[] = [
  ['EST', 1610000000, '2021-01-07T01:13:20-05:00 EST'],
  ['America/Halifax', 1689000000, '2023-07-10T11:40:00-03:00 ADT'],
  ['America/Sao_Paulo', 1594800000, '2020-07-15T05:00:00-03:00 -03'],
  ['Asia/Seoul', 1594800000, '2020-07-15T17:00:00+09:00 KST'],
  ['Africa/Nairobi', 1700000000, '2023-11-15T01:13:20+03:00 EAT'],
  ['Asia/Kathmandu', 1579000000, '2020-01-14T16:51:40+05:45 +0545'],
  ['GMT', 1610000000, '2021-01-07T06:13:20Z GMT'],
  ['Asia/Dubai', 1689000000, '2023-07-10T18:40:00+04:00 +04'],
  ['Asia/Kolkata', 1610000000, '2021-01-07T11:43:20+05:30 IST'],
  ['Europe/Lisbon', 1700000000, '2023-11-14T22:13:20Z WET'],
  ['Asia/Kolkata', 1700000000, '2023-11-15T03:43:20+05:30 IST'],
  ['America/New_York', 1610000000, '2021-01-07T01:13:20-05:00 EST'],
  ['US/Eastern', 1579000000, '2020-01-14T06:06:40-05:00 EST'],
  ['US/Eastern', 1689000000, '2023-07-10T10:40:00-04:00 EDT'],
  ['Etc/GMT+3', 1610000000, '2021-01-07T03:13:20-03:00 -03'],
  ['Asia/Kathmandu', 1610000000, '2021-01-07T11:58:20+05:45 +0545'],
  ['Europe/Lisbon', 1610000000, '2021-01-07T06:13:20Z WET'],
  ['Asia/Kathmandu', 1594800000, '2020-07-15T13:45:00+05:45 +0545'],
  ['Asia/Dubai', 1594800000, '2020-07-15T12:00:00+04:00 +04'],
  ['Africa/Cairo', 1610000000, '2021-01-07T08:13:20+02:00 EET'],
  ['EST', 1579000000, '2020-01-14T06:06:40-05:00 EST'],
  ['Asia/Tokyo', 1579000000, '2020-01-14T20:06:40+09:00 JST'],
  ['Africa/Johannesburg', 1594800000, '2020-07-15T10:00:00+02:00 SAST'],
  ['Africa/Lagos', 1700000000, '2023-11-14T23:13:20+01:00 WAT'],
  ['Europe/Moscow', 1689000000, '2023-07-10T17:40:00+03:00 MSK'],
  ['Asia/Jerusalem', 1689000000, '2023-07-10T17:40:00+03:00 IDT'],
  ['America/Argentina/Buenos_Aires', 1689000000, '2023-07-10T11:40:00-03:00 -03'],
  ['Europe/Moscow', 1610000000, '2021-01-07T09:13:20+03:00 MSK'],
  ['America/Mexico_City', 1579000000, '2020-01-14T05:06:40-06:00 CST'],
  ['Africa/Cairo', 1579000000, '2020-01-14T13:06:40+02:00 EET'],
  ['America/Argentina/Buenos_Aires', 1700000000, '2023-11-14T19:13:20-03:00 -03'],
  ['Asia/Manila', 1594800000, '2020-07-15T16:00:00+08:00 PST'],
  ['Africa/Johannesburg', 1700000000, '2023-11-15T00:13:20+02:00 SAST'],
  ['America/Mexico_City', 1610000000, '2021-01-07T00:13:20-06:00 CST'],
  ['Pacific/Honolulu', 1594800000, '2020-07-14T22:00:00-10:00 HST'],
  ['America/Phoenix', 1689000000, '2023-07-10T07:40:00-07:00 MST'],
  ['America/Toronto', 1689000000, '2023-07-10T10:40:00-04:00 EDT'],
  ['Europe/Moscow', 1700000000, '2023-11-15T01:13:20+03:00 MSK'],
  ['Africa/Cairo', 1594800000, '2020-07-15T10:00:00+02:00 EET'],
  ['GMT', 1594800000, '2020-07-15T08:00:00Z GMT'],
  ['Asia/Shanghai', 1689000000, '2023-07-10T22:40:00+08:00 CST'],
  ['Etc/GMT+3', 1594800000, '2020-07-15T05:00:00-03:00 -03'],
  ['Asia/Jerusalem', 1610000000, '2021-01-07T08:13:20+02:00 IST'],
  ['America/Toronto', 1700000000, '2023-11-14T17:13:20-05:00 EST'],
  ['Asia/Tokyo', 1700000000, '2023-11-15T07:13:20+09:00 JST'],
  ['Pacific/Honolulu', 1700000000, '2023-11-14T12:13:20-10:00 HST'],
  ['America/Mexico_City', 1594800000, '2020-07-15T03:00:00-05:00 CDT'],
  ['Pacific/Auckland', 1689000000, '2023-07-11T02:40:00+12:00 NZST'],
  ['Europe/Dublin', 1610000000, '2021-01-07T06:13:20Z GMT'],
  ['America/Halifax', 1594800000, '2020-07-15T05:00:00-03:00 ADT'],
  ['Africa/Lagos', 1689000000, '2023-07-10T15:40:00+01:00 WAT'],
  ['UTC', 1594800000, '2020-07-15T08:00:00Z UTC'],
  ['America/Toronto', 1610000000, '2021-01-07T01:13:20-05:00 EST'],
  ['Europe/Dublin', 1689000000, '2023-07-10T15:40:00+01:00 IST'],
  ['Asia/Dubai', 1610000000, '2021-01-07T10:13:20+04:00 +04'],
  ['Asia/Jakarta', 1594800000, '2020-07-15T15:00:00+07:00 WIB'],
  ['America/Phoenix', 1579000000, '2020-01-14T04:06:40-07:00 MST'],
  ['UTC', 1700000000, '2023-11-14T22:13:20Z UTC'],
  ['America/Phoenix', 1594800000, '2020-07-15T01:00:00-07:00 MST'],
  ['Asia/Shanghai', 1579000000, '2020-01-14T19:06:40+08:00 CST'],
];

// Columns: zone, instant, a day later on the wall clock, a month later on the wall clock.
const MOVED: readonly (readonly [string, string, string, string])[] = [
  ['America/New_York', '2021-03-13T07:30:00Z', '2021-03-14T01:30:00-05:00', '2021-04-13T02:30:00-04:00'],
  ['America/New_York', '2021-03-14T06:30:00Z', '2021-03-15T01:30:00-04:00', '2021-04-14T01:30:00-04:00'],
  ['America/New_York', '2021-11-07T05:30:00Z', '2021-11-08T01:30:00-05:00', '2021-12-07T01:30:00-05:00'],
  ['America/New_York', '2021-03-28T06:30:00Z', '2021-03-29T02:30:00-04:00', '2021-04-28T02:30:00-04:00'],
  ['America/New_York', '2021-10-31T06:30:00Z', '2021-11-01T02:30:00-04:00', '2021-12-01T02:30:00-05:00'],
  ['America/New_York', '2021-03-27T06:30:00Z', '2021-03-28T02:30:00-04:00', '2021-04-27T02:30:00-04:00'],
  ['Europe/Berlin', '2021-03-13T01:30:00Z', '2021-03-14T02:30:00+01:00', '2021-04-13T02:30:00+02:00'],
  ['Europe/Berlin', '2021-03-14T01:30:00Z', '2021-03-15T02:30:00+01:00', '2021-04-14T02:30:00+02:00'],
  ['Europe/Berlin', '2021-11-07T00:30:00Z', '2021-11-08T01:30:00+01:00', '2021-12-07T01:30:00+01:00'],
  ['Europe/Berlin', '2021-03-28T01:30:00Z', '2021-03-29T03:30:00+02:00', '2021-04-28T03:30:00+02:00'],
  ['Europe/Berlin', '2021-10-31T01:30:00Z', '2021-11-01T02:30:00+01:00', '2021-12-01T02:30:00+01:00'],
  ['Europe/Berlin', '2021-03-27T01:30:00Z', '2021-03-28T03:30:00+02:00', '2021-04-27T02:30:00+02:00'],
];

function aRun(): Run {
  const message = {
    document: () => null,
    content: () => new Uint8Array(),
    meta: {},
    batchIndex: 0,
    batchSize: 1,
    failure: undefined,
  };
  const environment = { nowNs: () => 0n, random: () => 0, randomBytes: (n: number) => new Uint8Array(n) };
  return new Run(message, environment, DEFAULT_LIMITS, new Map(), new Map());
}

describe('time zones', () => {
  it.each(SHOWN)('shows %s at %d', (zone, seconds, text) => {
    expect(RFC3339_NAMED.format(clockOf(inZone(BigInt(seconds) * 1_000_000_000n, zone)))).toBe(text);
  });

  it.each(MOVED)('moves over the calendar in %s from %s', (zone, instant, dayLater, monthLater) => {
    const timestamp = inZone(parseTimestamp(instant, RFC3339).epochNs, zone);
    const move = (duration: string): string =>
      RFC3339.format(clockOf(addIsoDuration(aRun(), timestamp, isoDurationArgument(duration), 1)));
    expect([move('P1D'), move('P1M')]).toEqual([dayLater, monthLater]);
  });

  it('changes the clock at the exact minute, whatever it was asked before', () => {
    // 01:00 UTC, and 00:01 on the clock.
    const changes: readonly (readonly [zone: string, change: number, before: string, after: string])[] = [
      ['Europe/Berlin', 1_774_746_000, '+01:00 CET', '+02:00 CEST'],
      ['America/St_Johns', 1_268_537_460, '-03:30 NST', '-02:30 NDT'],
    ];
    const offset = new Layout('-07:00 MST');
    for (const [zone, change, before, after] of changes) {
      const shown = (second: number): string =>
        offset.format(clockOf(inZone(BigInt(second) * 1_000_000_000n, zone)));
      const seconds = [change - 60, change - 1, change, change + 59, change - 1, change];
      expect(seconds.map(shown)).toEqual([before, before, after, after, before, after]);
    }
  });

  it('rejects zones that are not names', () => {
    expect(['UTC', '', 'Local', 'Nowhere/City', '+02:00', '../etc'].map(loadZone)).toEqual([
      'UTC',
      'UTC',
      'UTC',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
