import { describe, expect, it } from 'vitest';
import { COST_PER_TURN_MAX, FairTurns } from './fair-turns.ts';

/** Turns that the test ends, and the work that began in each. */
function harness() {
  let next: (() => void)[] = [];
  const begun: string[] = [];
  const turns = new FairTurns((call) => next.push(call));
  return {
    /** @param owner the first letter of the name */
    ask: (name: string, cost = 1) =>
      turns.run(
        name.slice(0, 1),
        () => cost,
        async () => {
          begun.push(name);
        },
      ),
    /** Returns the work that began since the last turn ended. */
    endTurn: () => {
      const before = begun.splice(0);
      const calls = next;
      next = [];
      for (const call of calls) call();
      return before;
    },
    isIdle: () => next.length === 0,
    turns,
  };
}

describe('turns on a thread', () => {
  it('begin what there is at once, up to what a turn takes', () => {
    const { ask, endTurn } = harness();
    for (let n = 0; n <= COST_PER_TURN_MAX; n += 1) void ask(`a${n}`);
    expect(endTurn()).toHaveLength(COST_PER_TURN_MAX);
    expect(endTurn()).toEqual([`a${COST_PER_TURN_MAX}`]);
  });

  it('take fewer of what is dear, by what it costs when it begins', () => {
    const { endTurn, turns } = harness();
    let cost = COST_PER_TURN_MAX / 4;
    let begun = 0;
    for (let n = 0; n < 100; n += 1) {
      void turns.run(
        'a',
        () => cost,
        async () => {
          begun += 1;
        },
      );
    }
    expect(begun).toBe(4);
    endTurn();
    expect(begun).toBe(8);
    cost = 1;
    endTurn();
    expect(begun).toBe(8 + COST_PER_TURN_MAX);
  });

  it('let in at once whoever has had nothing in this one', () => {
    const { ask, endTurn } = harness();
    for (let n = 0; n < 3 * COST_PER_TURN_MAX; n += 1) void ask(`a${n}`);
    void ask('b0');
    void ask('b1');
    expect(endTurn()).toContain('b0');
    expect(endTurn()).toContain('b1');
  });

  it('go round the owners that wait, and keep the order of each', () => {
    const { ask, endTurn } = harness();
    void ask('a0', COST_PER_TURN_MAX);
    for (const name of ['a1', 'a2', 'b0', 'b1', 'b2', 'c0', 'c1']) void ask(name, 1);
    expect(endTurn()).toEqual(['a0', 'b0', 'c0']);
    expect(endTurn()).toEqual(['a1', 'b1', 'c1', 'a2', 'b2']);
  });

  it('settle as the work does, also of what waited', async () => {
    const { ask, endTurn, turns } = harness();
    void ask('a0', COST_PER_TURN_MAX);
    const fails = turns.run(
      'a',
      () => 1,
      () => Promise.reject(new Error('no')),
    );
    const answers = turns.run(
      'a',
      () => 1,
      () => Promise.resolve(7),
    );
    endTurn();
    await expect(fails).rejects.toThrow('no');
    expect(await answers).toBe(7);
  });

  it('wait for nothing when there is nothing to do', () => {
    const { ask, endTurn, isIdle } = harness();
    expect(isIdle()).toBe(true);
    void ask('a0');
    endTurn();
    expect(isIdle()).toBe(true);
  });
});
