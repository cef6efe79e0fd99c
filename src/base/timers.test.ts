import { describe, expect, it } from 'vitest';
import { systemTimers } from './timers.ts';

describe('a sleep of the system', () => {
  it('ends without an error when it is cut short', async () => {
    await systemTimers.sleep(60_000, AbortSignal.abort());
  });

  it('fails with any other error: a caller that goes on at once would spin', async () => {
    // @ts-expect-error: no signal.
    await expect(systemTimers.sleep(0, 'no signal')).rejects.toThrow(/AbortSignal/);
  });
});
