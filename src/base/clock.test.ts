import { describe, expect, it } from 'vitest';
import { TestClock } from '../../test/support/test-clock.ts';
import { VirtualTime } from '../../test/support/virtual-time.ts';
import { BELIEVED_AFTER_MS, forwardClock, retentionClock } from './clock.ts';

const HOUR_MS = 3_600_000;

describe('a clock that never goes back', () => {
  it('counts a step back as no time, and goes on from there', () => {
    const clock = new TestClock();
    const forward = forwardClock(clock);
    const startMs = forward.now();
    clock.advance(1_000);
    expect(forward.now() - startMs).toBe(1_000);
    clock.advance(-100 * HOUR_MS);
    expect(forward.now() - startMs).toBe(1_000);
    clock.advance(500);
    expect(forward.now() - startMs).toBe(1_500);
  });
});

describe('a clock for removing what is old', () => {
  it('gives whole milliseconds, as what stores them expects', () => {
    const time = new VirtualTime();
    const retention = retentionClock(time, { elapsedMs: () => 0.4 }, time.now() - 5_000.7);
    expect(Number.isInteger(retention.now())).toBe(true);
  });

  it('shows no more time than has passed, however far the wall clock is set ahead', async () => {
    const time = new VirtualTime();
    const retention = retentionClock(time, time);
    const startMs = time.now();
    time.advance(100 * HOUR_MS);
    expect(retention.now()).toBe(startMs);
    await time.pass(HOUR_MS);
    expect(retention.now()).toBe(startMs + HOUR_MS);
  });

  it('begins at the last time that is known to have come, where the wall clock is ahead of that', async () => {
    const time = new VirtualTime();
    const seenMs = time.now();
    time.advance(100 * HOUR_MS);
    const retention = retentionClock(time, time, seenMs);
    expect(retention.now()).toBe(seenMs);
    await time.pass(HOUR_MS);
    expect(retention.now()).toBe(seenMs + HOUR_MS);
  });

  it('believes a wall clock that has been ahead for a day', async () => {
    const time = new VirtualTime();
    const retention = retentionClock(time, time, time.now() - 30 * 24 * HOUR_MS);
    expect(retention.now()).toBeLessThan(time.now());
    await time.pass(BELIEVED_AFTER_MS - 1);
    expect(retention.now()).toBeLessThan(time.now());
    await time.pass(1);
    expect(retention.now()).toBe(time.now());
    await time.pass(HOUR_MS);
    expect(retention.now()).toBe(time.now());
  });

  it('counts the day anew when the wall clock was put back meanwhile', async () => {
    const time = new VirtualTime();
    const retention = retentionClock(time, time);
    const startMs = time.now();
    time.advance(100 * HOUR_MS);
    retention.now();
    await time.pass(BELIEVED_AFTER_MS - 1);
    time.advance(-100 * HOUR_MS);
    expect(retention.now()).toBe(startMs + BELIEVED_AFTER_MS - 1);
    time.advance(100 * HOUR_MS);
    expect(retention.now()).toBe(startMs + BELIEVED_AFTER_MS - 1);
    await time.pass(HOUR_MS);
    expect(retention.now()).toBe(startMs + BELIEVED_AFTER_MS - 1 + HOUR_MS);
  });

  it('follows the wall clock back', () => {
    const time = new VirtualTime();
    const retention = retentionClock(time, time);
    time.advance(-HOUR_MS);
    expect(retention.now()).toBe(time.now());
  });
});
