import { expect, it } from 'vitest';
import type { Timers } from '../../src/base/timers.ts';

export interface TimersHarness {
  readonly timers: Timers;
  /** Lets at least `ms` pass. */
  pass(ms: number): Promise<void>;
}

/** What code that waits relies on. */
export function timersContract(make: () => TimersHarness): void {
  it('ends a sleep after its time, and not before', async () => {
    const { timers, pass } = make();
    const fromMs = timers.elapsedMs();
    let sleptMs: number | undefined;
    void timers.sleep(30).then(() => {
      sleptMs = timers.elapsedMs() - fromMs;
    });
    await pass(5);
    expect(sleptMs).toBeUndefined();
    await pass(60);
    // Node's timers may fire up to a millisecond early.
    expect(sleptMs).toBeGreaterThanOrEqual(29);
  });

  it('ends a sleep at once when its signal aborts, or has aborted', async () => {
    const { timers, pass } = make();
    const stopping = new AbortController();
    let ended = 0;
    void timers.sleep(60_000, stopping.signal).then(() => {
      ended += 1;
    });
    await pass(5);
    expect(ended).toBe(0);
    stopping.abort();
    await pass(5);
    expect(ended).toBe(1);
    await timers.sleep(60_000, stopping.signal);
  });

  it('calls once after a time, unless it is cancelled', async () => {
    const { timers, pass } = make();
    const calls: string[] = [];
    timers.after(10, () => calls.push('once'));
    const cancelled = timers.after(10, () => calls.push('cancelled'));
    cancelled.cancel();
    expect(calls).toEqual([]);
    await pass(60);
    expect(calls).toEqual(['once']);
    cancelled.cancel();
  });

  it('calls again and again until it is cancelled', async () => {
    const { timers, pass } = make();
    let calls = 0;
    const timer = timers.every(10, () => {
      calls += 1;
      if (calls === 3) timer.cancel();
    });
    await pass(5);
    expect(calls).toBe(0);
    await pass(200);
    expect(calls).toBe(3);
  });
}
