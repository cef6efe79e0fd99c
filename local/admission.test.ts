import { describe, expect, it } from 'vitest';
import { Admission, type Progress } from './admission.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function scripted(progress: () => Progress) {
  const admission = new Admission(progress);
  let entered = 0;
  const publish = async () => {
    await admission.enter();
    entered += 1;
  };
  return {
    /** So many at the same moment. */
    publish: (count: number) => void Array.from({ length: count }, publish),
    entered: () => entered,
  };
}

describe('admission of publishes', () => {
  it('lets all in within two turns while few deliveries are under way', async () => {
    const { publish, entered } = scripted(() => ({ underWay: 64, ended: 0 }));
    publish(60);
    await turn();
    await turn();
    await turn();
    expect(entered()).toBe(60);
  });

  it('holds them while many are under way and get on, each for a moment at most', async () => {
    let ended = 0;
    const { publish, entered } = scripted(() => {
      ended += 1;
      return { underWay: 65, ended };
    });
    publish(100);
    await turn();
    const atOnce = entered();
    expect(atOnce).toBeLessThan(40);
    const startedAtMs = performance.now();
    while (performance.now() - startedAtMs < 30) await turn();
    expect(entered()).toBe(atOnce);
    while (entered() < 100 && performance.now() - startedAtMs < 5_000) await turn();
    expect(entered()).toBe(100);
    expect(performance.now() - startedAtMs).toBeGreaterThan(45);
  });

  it('lets them in when deliveries are under way and do not get on', async () => {
    const { publish, entered } = scripted(() => ({ underWay: 500, ended: 7 }));
    publish(100);
    const startedAtMs = performance.now();
    for (let turns = 0; turns < 30; turns += 1) await turn();
    expect(entered()).toBe(100);
    expect(performance.now() - startedAtMs).toBeLessThan(50);
  });
});
