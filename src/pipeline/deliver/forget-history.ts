import type { Clock } from '../../base/clock.ts';
import type { AppStore } from '../../domain/apps/app-store.ts';
import type { HistoryStore } from '../../domain/history/history-store.ts';
import type { KeptEventStore } from '../../domain/subscriptions/kept-event-store.ts';

/** Entries per app and minute; the rest are removed in the next minutes. */
const FORGOTTEN_PER_APP_MAX = 20_000;
const BEYOND_ROOM_MAX = 50_000;
/** A piece is one transaction, and other writers wait for it. */
const PIECE = 2_000;

export interface ForgetHistoryPorts {
  readonly apps: Pick<AppStore, 'list'>;
  readonly history?: Pick<HistoryStore, 'forget' | 'forgetBeyondRoom'> | undefined;
  readonly keptEvents: Pick<KeptEventStore, 'forgetDue'>;
  /** The retention time of apps that set none. */
  readonly usualMs: number;
  readonly clock: Clock;
}

/**
 * Removes the history and kept events that exceed the retention time of their app or the room for them; returns how
 * many.
 */
export async function forgetHistory({
  apps,
  history,
  keptEvents,
  usualMs,
  clock,
}: ForgetHistoryPorts): Promise<number> {
  let count = await inPieces((limit) => keptEvents.forgetDue(clock.now(), limit), FORGOTTEN_PER_APP_MAX);
  if (history === undefined) return count;
  for (const { id, retentionMs = usualMs } of await apps.list()) {
    const beforeMs = clock.now() - retentionMs;
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
