import { describe, expect, it } from 'vitest';
import {
  cronText,
  firstRunAtMs,
  type GeneratorSchedule,
  parseGeneratorSchedule,
  runTimes,
} from './generator-schedule.ts';

function schedule(text: string): GeneratorSchedule {
  const parsed = parseGeneratorSchedule(text);
  if (parsed.kind === 'refused') throw new Error(parsed.message);
  return parsed;
}

/** The first times from `from` on. */
function timesOf(text: string, from: string, count: number): string[] {
  const parsed = schedule(text);
  const times: string[] = [];
  for (let atMs = firstRunAtMs(parsed, Date.parse(from)); times.length < count; ) {
    times.push(new Date(atMs).toISOString().slice(0, 19));
    atMs = runTimes(parsed, atMs, atMs, atMs + 1).next;
  }
  return times;
}

describe('the schedule of a generator', () => {
  it.each([
    ['1m', 60_000],
    ['@every 90s', 90_000],
    ['1h30m', 5_400_000],
    ['31d', 31 * 86_400_000],
  ])('reads %s as an interval', (text, intervalMs) => {
    expect(schedule(text)).toEqual({ kind: 'interval', intervalMs });
  });

  it.each([
    ['0 8 * * MON-FRI', ['2026-11-27T08:00:00', '2026-11-30T08:00:00']],
    [cronText('0 8 * * MON-FRI', 'Europe/Berlin'), ['2026-11-27T07:00:00', '2026-11-30T07:00:00']],
    ['CRON_TZ=America/New_York 0 8 * * *', ['2026-11-27T13:00:00', '2026-11-28T13:00:00']],
    ['*/20 0 8 * * *', ['2026-11-27T08:00:00', '2026-11-27T08:00:20']],
    ['@daily', ['2026-11-27T00:00:00', '2026-11-28T00:00:00']],
    ['TZ=Europe/Berlin @monthly', ['2026-11-30T23:00:00', '2026-12-31T23:00:00']],
    ['0 0 29 2 *', ['2028-02-29T00:00:00', '2032-02-29T00:00:00']],
    ['0 0 13 * 5', ['2026-11-27T00:00:00', '2026-12-04T00:00:00']],
  ])('reads %s as cron', (text, times) => {
    expect(timesOf(text, '2026-11-27T00:00:00Z', 2)).toEqual(times);
  });

  it('runs once where the clock goes back, and at the change where it goes forward', () => {
    const halfPastTwo = 'TZ=Europe/Berlin 30 2 * * *';
    expect(timesOf(halfPastTwo, '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00',
      '2026-10-26T01:30:00',
    ]);
    expect(timesOf(halfPastTwo, '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00',
      '2026-03-30T00:30:00',
    ]);
  });

  it.each([
    ['', 'expected an interval'],
    ['soon', 'found "soon"'],
    ['500ms', 'from 1s to 31d'],
    ['32d', 'A cron expression can wait longer'],
    ['* * * *', 'expected an interval such as 30s'],
    ['* * * * * * *', 'expected an interval such as 30s'],
    ['61 * * * *', 'Invalid value for minute: 61'],
    ['0 8 * * NOD', 'a cron expression such as "0 8 * * MON-FRI"'],
    ['0 0 30 2 *', 'which never does'],
    ['TZ=Mars/Phobos 0 8 * * *', 'found "Mars/Phobos"'],
    ['TZ= 0 8 * * *', 'expected a time zone'],
    ['TZ=Europe/Berlin 1m', 'beside a cron expression only'],
    ['@reboot', 'expected an interval'],
    ['2026-12-01T00:00:00', 'expected an interval'],
    ['0 8 * * *'.padEnd(201), 'at most 200 characters'],
  ])('refuses %s', (text, message) => {
    expect(parseGeneratorSchedule(text)).toEqual({
      kind: 'refused',
      message: expect.stringContaining(message),
    });
  });
});

describe('the run times of an interval', () => {
  const tenMs: GeneratorSchedule = { kind: 'interval', intervalMs: 10 };

  it('keep the rhythm they began with', () => {
    expect(runTimes(tenMs, 1_000, 990, 1_025)).toEqual({ due: [1_000, 1_010, 1_020], next: 1_030 });
    expect(runTimes(tenMs, 1_000, 1_025, 1_040)).toEqual({ due: [1_030], next: 1_040 });
    expect(runTimes(tenMs, 1_000, 1_030, 1_031)).toEqual({ due: [1_030], next: 1_040 });
    expect(runTimes(tenMs, 2_000, 1_000, 1_040)).toEqual({ due: [], next: 2_000 });
  });
});
