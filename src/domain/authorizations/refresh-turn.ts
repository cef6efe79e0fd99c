import type { Clock } from '../../base/clock.ts';
import { newUuid } from '../../base/ids.ts';
import type { Timers } from '../../base/timers.ts';
import type { AuthorizationStore } from './authorization-store.ts';

export interface RefreshTurnPorts {
  readonly authorizations: Pick<AuthorizationStore, 'lockRefresh' | 'unlockRefresh'>;
  readonly clock: Clock;
  readonly timers: Pick<Timers, 'elapsedMs' | 'sleep'>;
}

export interface RefreshTurn<T> {
  readonly appId: string;
  /** What is locked: an authorization, or a token that belongs to it. */
  readonly lock: string;
  /** Longer than `renew` can take. */
  readonly lockMs: number;
  readonly waitMsMax: number;
  /** What needs no renewal, perhaps because somebody else has just done it. Asked before each try to get the lock. */
  readonly settled: () => Promise<T | undefined>;
  /** Runs under the lock. It has to look again: whoever held the lock before may just have renewed. */
  readonly renew: () => Promise<T>;
}

/** How often one looks whether the holder of the lock is done. */
const LOCK_POLL_MS = 200;

/** One renews, over all processes, and the others wait for what it gets. Undefined if that took too long. */
export async function takeRefreshTurn<T>(
  { authorizations, clock, timers }: RefreshTurnPorts,
  { appId, lock, lockMs, waitMsMax, settled, renew }: RefreshTurn<T>,
): Promise<T | undefined> {
  const giveUpAtMs = timers.elapsedMs() + waitMsMax;
  // Of this request, not of the process: requests that name different refused tokens may run side by side in one.
  const owner = newUuid();
  for (;;) {
    const result = await settled();
    if (result !== undefined) return result;
    const nowMs = clock.now();
    if (await authorizations.lockRefresh(appId, lock, owner, nowMs, nowMs + lockMs)) {
      try {
        return await renew();
      } finally {
        await authorizations.unlockRefresh(appId, lock, owner);
      }
    }
    if (timers.elapsedMs() >= giveUpAtMs) return undefined;
    await timers.sleep(LOCK_POLL_MS);
  }
}
