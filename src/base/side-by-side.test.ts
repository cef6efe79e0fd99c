import { describe, expect, it } from 'vitest';
import { sideBySide } from './side-by-side.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('work side by side', () => {
  it('answers in the order of the items, whichever ends first', async () => {
    const ended: number[] = [];
    const results = await sideBySide([3, 2, 1], 3, async (turns) => {
      for (let each = 0; each < turns; each += 1) await turn();
      ended.push(turns);
      return turns * 10;
    });
    expect(ended).toEqual([1, 2, 3]);
    expect(results).toEqual([30, 20, 10]);
  });

  it('never has more under way than it may, and begins them in order', async () => {
    const begun: number[] = [];
    let underWay = 0;
    let underWayMost = 0;
    await sideBySide(
      Array.from({ length: 100 }, (_, index) => index),
      7,
      async (index) => {
        begun.push(index);
        underWay += 1;
        underWayMost = Math.max(underWayMost, underWay);
        await turn();
        underWay -= 1;
      },
    );
    expect(underWayMost).toBe(7);
    expect(begun).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it('begins nothing after a failure, and tells it when what was under way has ended', async () => {
    const begun: string[] = [];
    const ended: string[] = [];
    const running = sideBySide(['slow', 'fails', 'never', 'never'], 2, async (name) => {
      begun.push(name);
      await turn();
      if (name === 'fails') throw new Error('it failed');
      await turn();
      ended.push(name);
    });
    await expect(running).rejects.toThrow('it failed');
    expect(begun).toEqual(['slow', 'fails']);
    expect(ended).toEqual(['slow']);
  });

  it('does nothing for no items', async () => {
    expect(await sideBySide([], 5, () => Promise.reject(new Error('not to be called')))).toEqual([]);
  });
});
