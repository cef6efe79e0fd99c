import { describe, expect, it } from 'vitest';
import { describeDuration, parseDurationMs } from './duration.ts';

describe('a duration', () => {
  it.each([
    ['1m', 60_000],
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['500ms', 500],
    ['2d', 172_800_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', 'm', '1', '1 m', '-1m', '1m!', 'x1m', '1y'])('%j is none', (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });

  it('is told to people in the unit that fits', () => {
    expect([900, 45_000, 180_000, 9_000_000, 200_000_000].map(describeDuration)).toEqual([
      '900 ms',
      '45 s',
      '3 min',
      '2.5 h',
      '2.3 d',
    ]);
  });
});
