import { CLOCK_SKEW_MS_MAX } from '../../base/due.ts';
import { newUuid } from '../../base/ids.ts';

/**
 * One run of the poller, as the others see it. Its lease is the lease of all the feeds that name it: they are held as long as
 * it renews this one record. A worker that has ended never lives again, so that what it left may be taken.
 */
export interface FeedWorkerRecord {
  readonly id: string;
  readonly startedAtMs: number;
  readonly renewedAtMs: number;
  /** Of its lease. */
  readonly untilMs: number;
  /** When it has let go of all its feeds at the latest, by itself. */
  readonly endsAtMs: number;
  readonly feedCount: number;
  /** How many more feeds it takes up by itself within seconds; 0 when it is about to end, or cannot look for them. */
  readonly room: number;
  readonly endedAtMs?: number | undefined;
  /** When somebody looked for feeds that it left. */
  readonly recoveredAtMs?: number | undefined;
}

/** Who holds a feed, as the feed says. */
export interface FeedHolder {
  readonly owner: string;
  /** When it has let go of the feed at the latest; of a lease of before workers were recorded, when it runs out. */
  readonly untilMs: number;
}

/** A worker that does not renew for this long is taken for dead. */
export const WORKER_LEASE_MS = 45_000;
export const WORKER_LEASE_RENEW_MS = 15_000;

const WORKER_ID_PREFIX = 'worker-';

export function newWorkerId(newId = newUuid): string {
  return `${WORKER_ID_PREFIX}${newId()}`;
}

/** False for the owner of a lease that runs out by itself, as it was before workers were recorded. */
export function isWorkerId(owner: string): boolean {
  return owner.startsWith(WORKER_ID_PREFIX);
}

/** Whether the worker may still read its feeds: until somebody has ended it, it could renew its lease late. */
export function mayLive(worker: FeedWorkerRecord | undefined): worker is FeedWorkerRecord {
  return worker !== undefined && worker.endedAtMs === undefined;
}

/** Whether it has not renewed its lease in time; or did so by a clock that was ahead, and has not renewed since it was put back. */
export function hasRunOut({ untilMs, renewedAtMs }: FeedWorkerRecord, nowMs: number): boolean {
  return untilMs <= nowMs || renewedAtMs > nowMs + CLOCK_SKEW_MS_MAX;
}

/** Whether it renewed its lease in time, and has not ended. */
export function isLive(worker: FeedWorkerRecord, nowMs: number): boolean {
  return worker.endedAtMs === undefined && !hasRunOut(worker, nowMs);
}

/**
 * The worker that others leave new feeds to, and their own: of those with room the fullest, of equals the oldest. All who
 * look at the same records find the same one.
 */
export function preferredWorker(
  workers: readonly FeedWorkerRecord[],
  nowMs: number,
): FeedWorkerRecord | undefined {
  return workers
    .filter((worker) => isLive(worker, nowMs) && worker.room > 0)
    .toSorted(
      (a, b) => b.feedCount - a.feedCount || a.startedAtMs - b.startedAtMs || (a.id < b.id ? -1 : 1),
    )[0];
}

/** When somebody was last known to read the feed: now, while it is held. Undefined when nobody is known to have. */
export function attendedAtMs(
  holder: FeedHolder | undefined,
  workers: readonly FeedWorkerRecord[],
  nowMs: number,
): number | undefined {
  if (holder === undefined) return undefined;
  if (!isWorkerId(holder.owner)) return Math.min(nowMs, holder.untilMs);
  const worker = workers.find(({ id }) => id === holder.owner);
  if (worker === undefined) return undefined;
  return isLive(worker, nowMs) ? nowMs : worker.renewedAtMs;
}
