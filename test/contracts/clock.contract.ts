import { expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';

export interface ClockHarness {
  readonly clock: Clock;
  /** Returns when this much time has passed on the clock. */
  pass(ms: number): Promise<void>;
}

export function clockContract(harness: () => ClockHarness): void {
  it('tells whole milliseconds of this century', () => {
    const nowMs = harness().clock.now();
    expect(Number.isSafeInteger(nowMs)).toBe(true);
    expect(new Date(nowMs).getUTCFullYear()).toBeGreaterThanOrEqual(2025);
  });

  it('goes on with the time, and not back', async () => {
    const { clock, pass } = harness();
    const startedAtMs = clock.now();
    expect(clock.now()).toBeGreaterThanOrEqual(startedAtMs);
    await pass(50);
    const passedMs = clock.now() - startedAtMs;
    // Timers sometimes fire a millisecond early.
    expect(passedMs).toBeGreaterThanOrEqual(49);
    expect(passedMs).toBeLessThan(5_000);
  });
}
