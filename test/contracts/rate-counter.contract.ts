import { describe, expect, it } from 'vitest';
import { newUuid } from '../../src/base/ids.ts';
import {
  RATE_LINE_MS_MAX,
  type RateCounter,
  type RatePlaces,
  type RateRequest,
} from '../../src/domain/deliveries/rate-counter.ts';

const T0 = 1_767_225_600_000;
const DAY_MS = 86_400_000;

/** @param processes two counters that share their state, as those of two processes do */
export function rateCounterContract(processes: () => readonly [RateCounter, RateCounter]): void {
  const setUp = () => {
    const [counter, other] = processes();
    const key = newUuid();
    const take = (request: Partial<RateRequest>, by = counter) =>
      by.take(key, { ratePerSecond: 10, count: 1, hasWaited: false, nowMs: T0, ...request });
    return { counter, other, key, take };
  };
  const places = (fromMs: number, count: number, stepMs = 100) =>
    Array.from({ length: count }, (_, index) => fromMs + index * stepMs);

  it("lets a second's worth pass at once, and gives each of the rest a time at the limit's pace", async () => {
    const { take } = setUp();
    expect(await take({ count: 25 })).toEqual({ now: 10, laterMs: places(T0 + 1_000, 15) });
  });

  it('fills up again as time passes', async () => {
    const { take } = setUp();
    expect((await take({ count: 10 })).now).toBe(10);
    expect((await take({ count: 4, nowMs: T0 + 400 })).now).toBe(4);
    expect((await take({ count: 10, nowMs: T0 + 5_000 })).now).toBe(10);
  });

  it('keeps all that comes later behind the line, until that has passed', async () => {
    const { take } = setUp();
    await take({ count: 20 });
    expect(await take({ count: 2, nowMs: T0 + 1_500 })).toEqual({
      now: 0,
      laterMs: places(T0 + 2_000, 2),
    });
    expect(await take({ count: 2, nowMs: T0 + 2_199 })).toEqual({ now: 0, laterMs: places(T0 + 2_200, 2) });
    expect((await take({ count: 5, nowMs: T0 + 2_400 })).now).toBe(5);
  });

  it('lets those pass that have waited in the line', async () => {
    const { take } = setUp();
    await take({ count: 40 });
    for (let second = 1; second <= 3; second += 1) {
      const nowMs = T0 + second * 1_000;
      expect((await take({ count: 10, hasWaited: true, nowMs })).now).toBe(10);
    }
    expect((await take({ count: 10, nowMs: T0 + 3_500 })).now).toBe(0);
  });

  it('sends those that come late and all at once to the end of the line, but for a few seconds’ worth', async () => {
    const { take } = setUp();
    await take({ count: 1_000 });
    const { now, laterMs } = await take({ count: 200, hasWaited: true, nowMs: T0 + 20_000 });
    expect(now).toBe(30);
    expect(laterMs).toEqual(places(T0 + 100_000, 170));
  });

  it('counts each key by itself', async () => {
    const { counter, take } = setUp();
    await take({ count: 100 });
    const request = { ratePerSecond: 10, count: 10, hasWaited: false, nowMs: T0 };
    expect((await counter.take(newUuid(), request)).now).toBe(10);
  });

  it.each([
    [0.5, 1, [T0 + 2_000, T0 + 4_000]],
    [1, 1, [T0 + 1_000, T0 + 2_000]],
    [3, 3, [T0 + 1_000, T0 + 1_334]],
    [1_000, 1_000, [T0 + 1_000, T0 + 1_001]],
  ])('takes a limit of %j a second', async (ratePerSecond, now, laterMs) => {
    const { take } = setUp();
    expect(await take({ ratePerSecond, count: now + 2 })).toEqual({ now, laterMs });
  });

  it('has no line that is longer than a week: the rest comes then', async () => {
    const { take } = setUp();
    const { laterMs } = await take({ ratePerSecond: 0.001, count: 700 });
    expect(laterMs.at(-1)).toBe(T0 + RATE_LINE_MS_MAX);
    expect((await take({ ratePerSecond: 0.001, count: 2 })).laterMs).toEqual(
      places(T0 + RATE_LINE_MS_MAX, 2, 0),
    );
  });

  it('is not held up by times that a clock far ahead has set', async () => {
    const { take } = setUp();
    await take({ count: 50, nowMs: T0 + 365 * DAY_MS });
    expect((await take({ count: 10 })).now).toBe(10);
    expect((await take({ count: 10, hasWaited: true, nowMs: T0 + 1_000 })).now).toBe(10);
  });

  describe('between processes', () => {
    const sum = (taken: readonly RatePlaces[]) => taken.reduce((total, { now }) => total + now, 0);

    it('lets no more pass than one would, and gives no place twice', async () => {
      const { counter, other, take } = setUp();
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          take({ count: 4, nowMs: T0 + index }, index % 2 === 0 ? counter : other),
        ),
      );
      expect(sum(taken)).toBeLessThanOrEqual(10);
      const later = taken.flatMap(({ laterMs }) => laterMs);
      expect(sum(taken) + later.length).toBe(80);
      expect(new Set(later).size).toBe(later.length);
    });

    it('knows what the other has taken, however long it has not looked', async () => {
      const { other, take } = setUp();
      expect((await take({ count: 3 })).now).toBe(3);
      expect((await take({ count: 30 }, other)).laterMs).toHaveLength(23);
      expect(await take({ count: 1, nowMs: T0 + 2_000 })).toEqual({ now: 0, laterMs: [T0 + 3_300] });
      expect((await take({ count: 30, nowMs: T0 + DAY_MS }, other)).now).toBe(10);
      expect((await take({ count: 5, nowMs: T0 + DAY_MS + 3_500 })).now).toBe(5);
    });

    it('gives the room to whoever has waited, when both ask', async () => {
      const { other, take } = setUp();
      await take({ count: 30 });
      const nowMs = T0 + 1_000;
      const [waited, fresh] = await Promise.all([
        take({ count: 10, hasWaited: true, nowMs }),
        take({ count: 10, nowMs }, other),
      ]);
      expect([waited.now, fresh.now]).toEqual([10, 0]);
    });
  });
}
