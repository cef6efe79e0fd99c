import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RETRY_AFTER_MS_MAX, RETRY_DELAYS_MS, retryDelayMs } from './retry-policy.ts';

describe('the retry policy', () => {
  it('retries ten times over about two days', () => {
    const longest = RETRY_DELAYS_MS.reduce((sum, ms) => sum + ms, 0);
    expect(RETRY_DELAYS_MS).toHaveLength(10);
    expect(longest / 86_400_000).toBeGreaterThan(1.9);
    expect(longest / 86_400_000).toBeLessThan(2.1);
  });

  it('gives up after the last retry', () => {
    expect(retryDelayMs(RETRY_DELAYS_MS.length, 0.5)).toBeDefined();
    expect(retryDelayMs(RETRY_DELAYS_MS.length + 1, 0.5)).toBeUndefined();
  });

  it('waits longer after each attempt, whatever the jitter', () => {
    const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(randoms, randoms, fc.integer({ min: 1, max: 9 }), (first, second, attempt) => {
        expect(retryDelayMs(attempt + 1, first)).toBeGreaterThanOrEqual(retryDelayMs(attempt, second) ?? 0);
      }),
    );
  });

  it('honours a longer Retry-After, up to a day', () => {
    expect(retryDelayMs(1, 0, 60_000)).toBe(60_000);
    expect(retryDelayMs(1, 0, 10 * 86_400_000)).toBe(RETRY_AFTER_MS_MAX);
    expect(retryDelayMs(10, 0.5, 1)).toBeGreaterThan(1);
  });
});

describe("a publication's own schedule", () => {
  it('takes the place of the usual one', () => {
    expect(retryDelayMs(1, 0, undefined, [1_000, 3_000])).toBe(500);
    expect(retryDelayMs(2, 0, undefined, [1_000, 3_000])).toBe(1_500);
    expect(retryDelayMs(3, 0, undefined, [1_000, 3_000])).toBeUndefined();
  });
});
