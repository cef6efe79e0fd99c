import { describe, expect, it } from 'vitest';
import { ConcurrencyLimit } from './concurrency-limit.ts';

/** Work that the test ends. */
function openWork() {
  const begun: number[] = [];
  const ends = new Map<number, PromiseWithResolvers<number>>();
  return {
    begun,
    work: (id: number) => () => {
      begun.push(id);
      const end = Promise.withResolvers<number>();
      ends.set(id, end);
      return end.promise;
    },
    end: (id: number) => ends.get(id)?.resolve(id),
    fail: (id: number) => ends.get(id)?.reject(new Error(`work ${id} failed`)),
  };
}

/** Lets everything that can proceed do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a concurrency limit', () => {
  it('begins as much as it allows, and the next in line when one ends', async () => {
    const limit = new ConcurrencyLimit(2);
    const { begun, work, end } = openWork();
    const runs = [1, 2, 3, 4].map((id) => limit.run(work(id)));
    await settled();
    expect(begun).toEqual([1, 2]);
    end(2);
    await settled();
    expect(begun).toEqual([1, 2, 3]);
    end(3);
    end(1);
    await settled();
    end(4);
    expect(await Promise.all(runs)).toEqual([1, 2, 3, 4]);
  });

  it('gives the place of failed work to the next, and the failure to its caller', async () => {
    const limit = new ConcurrencyLimit(1);
    const { begun, work, end, fail } = openWork();
    const failing = limit.run(work(1));
    const next = limit.run(work(2));
    await settled();
    fail(1);
    await expect(failing).rejects.toThrow('work 1 failed');
    await settled();
    end(2);
    expect(await next).toBe(2);
    expect(begun).toEqual([1, 2]);
  });

  it('has all its places again after a rush', async () => {
    const limit = new ConcurrencyLimit(3);
    const ids = Array.from({ length: 50 }, (_, id) => id);
    await Promise.all(ids.map((id) => limit.run(async () => id)));
    const { begun, work, end } = openWork();
    const runs = [1, 2, 3, 4].map((id) => limit.run(work(id)));
    await settled();
    expect(begun).toEqual([1, 2, 3]);
    for (const id of [1, 2, 3]) end(id);
    await settled();
    end(4);
    await Promise.all(runs);
  });
});
