import { describe, expect, it } from 'vitest';
import { TestClock } from '../../test/support/test-clock.ts';
import { TokenBuckets } from './token-buckets.ts';

describe('token buckets', () => {
  it('give so many at once and so many a second, to each key', () => {
    const clock = new TestClock();
    const buckets = new TokenBuckets({ perSecond: 2, atOnce: 3 }, clock);
    expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 1]);
    expect(buckets.take('b')).toBe(0);
    clock.advance(500);
    expect([1, 2].map(() => buckets.take('a'))).toEqual([0, 1]);
    clock.advance(3_600_000);
    expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 1]);
  });

  it('say how long it takes', () => {
    const buckets = new TokenBuckets({ perSecond: 0.1, atOnce: 1 }, new TestClock());
    expect(buckets.wait('a')).toBe(0);
    buckets.take('a');
    expect(buckets.wait('a')).toBe(10);
  });

  it('neither give nor take when the clock is set back', () => {
    const clock = new TestClock();
    const buckets = new TokenBuckets({ perSecond: 1, atOnce: 2 }, clock);
    buckets.take('a');
    clock.advance(-3_600_000);
    expect([1, 2].map(() => buckets.take('a'))).toEqual([0, 1]);
    clock.advance(1_000);
    expect(buckets.take('a')).toBe(0);
  });
});
