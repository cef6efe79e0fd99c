import { describe, expect, it } from 'vitest';
import { CLOCK_SKEW_MS_MAX, isDue } from './due.ts';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const HOUR_MS = 3_600_000;

describe('a stored time', () => {
  it('is due once it has come', () => {
    expect(isDue(NOW_MS, NOW_MS, HOUR_MS)).toBe(true);
    expect(isDue(NOW_MS - 100 * HOUR_MS, NOW_MS, HOUR_MS)).toBe(true);
    expect(isDue(NOW_MS + 1, NOW_MS, HOUR_MS)).toBe(false);
  });

  it('is due when it lies further ahead than its rule can have set it, even by a clock that is a little ahead', () => {
    const furthestMs = NOW_MS + HOUR_MS + CLOCK_SKEW_MS_MAX;
    expect(isDue(furthestMs, NOW_MS, HOUR_MS)).toBe(false);
    expect(isDue(furthestMs + 1, NOW_MS, HOUR_MS)).toBe(true);
  });
});
