import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Admission, type Progress } from './admission.ts';

const AT_ONCE = 32;

function scripted(progress: () => Progress) {
  const admission = new Admission(progress);
  let entered = 0;
  const publish = async () => {
    await admission.enter();
    entered += 1;
  };
  return {
    /** Publishes this many at the same moment. */
    publish: (count: number) => void Array.from({ length: count }, publish),
    entered: () => entered,
    async until(count: number): Promise<number> {
      const startedAtMs = performance.now();
      while (entered < count && performance.now() - startedAtMs < 5_000) await sleep(1);
      expect(entered).toBeGreaterThanOrEqual(count);
      return performance.now() - startedAtMs;
    },
  };
}

describe('admission of publishes', () => {
  it('lets them in at once while few deliveries are under way', async () => {
    const { publish, entered } = scripted(() => ({ underWay: 64, ended: 0 }));
    publish(AT_ONCE);
    await Promise.resolve();
    await Promise.resolve();
    expect(entered()).toBe(AT_ONCE);
  });

  it('lets them in as deliveries end while many are under way', async () => {
    let ended = 0;
    const { publish, entered, until } = scripted(() => ({ underWay: 65, ended }));
    publish(1_000);
    await until(AT_ONCE);
    for (let deliveries = 0; deliveries < 30; deliveries += 1) {
      ended += 10;
      await sleep(1);
    }
    // Nine tenths, or as many as the minimum rate gives if this machine is slow.
    expect(entered()).toBeGreaterThan(200);
    expect(entered()).toBeLessThan(1_000);
  });

  it('lets in 1,000 a second however slowly deliveries end', async () => {
    // By the clock and not by a timer, which a busy machine calls so late that the receivers look slow.
    const ended = () => Math.floor(performance.now() / 5);
    const { publish, until } = scripted(() => ({ underWay: 500, ended: ended() }));
    publish(AT_ONCE + 200);
    expect(await until(AT_ONCE + 200)).toBeGreaterThan(100);
  });

  it('holds nobody back for receivers that do not answer', async () => {
    const { publish, until } = scripted(() => ({ underWay: 500, ended: 7 }));
    await sleep(30);
    publish(3_000);
    // At 1,000 a second it would take three.
    expect(await until(3_000)).toBeLessThan(1_500);
  });
});
