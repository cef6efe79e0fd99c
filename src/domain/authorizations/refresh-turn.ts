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
  /** The name of the lock: an authorization, or a token that belongs to it. */
  readonly lock: string;
  /** Longer than `renew` can take. */
  readonly lockMs: number;
  readonly waitMsMax: number;
  /**
   * Returns the token if it needs no renewal, perhaps because another process has just renewed it. Called before each
   * attempt to take the lock.
   */
  readonly settled: () => Promise<T | undefined>;
  /** Runs under the lock. It has to check again, because the previous holder may just have renewed the token. */
  readonly renew: () => Promise<T>;
}

/** How often a waiter checks whether the lock holder is done. */
const LOCK_POLL_MS = 200;

/**
 * One caller across all processes renews the token; the others wait for its result. Undefined if this takes too long.
 */
export async function takeRefreshTurn<T>(
  { authorizations, clock, timers }: RefreshTurnPorts,
  { appId, lock, lockMs, waitMsMax, settled, renew }: RefreshTurn<T>,
): Promise<T | undefined> {
  const giveUpAtMs = timers.elapsedMs() + waitMsMax;
  // The owner is this request, not the process: requests with different refused tokens may run in one process.
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
