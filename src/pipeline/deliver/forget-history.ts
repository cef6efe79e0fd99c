import type { Clock } from '../../base/clock.ts';
import type { AppStore } from '../../domain/apps/app-store.ts';
import { ENDED_RETENTION_MS } from '../../domain/deliveries/delivery.ts';
import type { HistoryStore } from '../../domain/history/history-store.ts';

/** Entries of one app and one minute; what is left is still old in the next. */
const FORGOTTEN_PER_APP_MAX = 20_000;
const BEYOND_ROOM_MAX = 50_000;
/** A piece is one transaction: others wait for it. */
const PIECE = 2_000;

export interface ForgetHistoryPorts {
  readonly apps: Pick<AppStore, 'list'>;
  readonly history?: Pick<HistoryStore, 'forget' | 'forgetBeyondRoom'> | undefined;
  readonly clock: Clock;
}

/** Removes the history that is older than its app keeps it, and what there is no room for; answers how many entries. */
export async function forgetHistory({ apps, history, clock }: ForgetHistoryPorts): Promise<number> {
  if (history === undefined) return 0;
  let count = 0;
  for (const { id } of await apps.list()) {
    const beforeMs = clock.now() - ENDED_RETENTION_MS;
    count += await inPieces((limit) => history.forget(id, beforeMs, limit), FORGOTTEN_PER_APP_MAX);
  }
  return count + (await inPieces((limit) => history.forgetBeyondRoom(limit), BEYOND_ROOM_MAX));
}

async function inPieces(forget: (limit: number) => Promise<number>, max: number): Promise<number> {
  let count = 0;
  while (count < max) {
    const forgotten = await forget(PIECE);
    count += forgotten;
    if (forgotten < PIECE) break;
  }
  return count;
}
