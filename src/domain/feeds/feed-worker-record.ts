import { CLOCK_SKEW_MS_MAX } from '../../base/due.ts';
import { newUuid } from '../../base/ids.ts';

/**
 * One run of the poller, as the other workers see it. Its lease covers all feeds that name it: they are held as long as
 * it renews this one record. A worker that has ended never comes back, so its feeds may be acquired.
 */
export interface FeedWorkerRecord {
  readonly id: string;
  readonly startedAtMs: number;
  readonly renewedAtMs: number;
  /** The end of its lease. */
  readonly untilMs: number;
  /** The latest time at which it has released all its feeds by itself. */
  readonly endsAtMs: number;
  readonly feedCount: number;
  /** How many more feeds it acquires by itself within seconds; 0 when it is about to end or cannot look for feeds. */
  readonly room: number;
  readonly endedAtMs?: number | undefined;
  /** When another worker looked for the feeds that it left. */
  readonly recoveredAtMs?: number | undefined;
}

/** The holder that a feed's record names. */
export interface FeedHolder {
  readonly owner: string;
  /** The latest time of release. For a lease from before workers were recorded: when it expires. */
  readonly untilMs: number;
}

/** A worker that does not renew its lease for this long is considered dead. */
export const WORKER_LEASE_MS = 45_000;
export const WORKER_LEASE_RENEW_MS = 15_000;

const WORKER_ID_PREFIX = 'worker-';

export function newWorkerId(newId = newUuid): string {
  return `${WORKER_ID_PREFIX}${newId()}`;
}

/** False for the owner of a lease from before workers were recorded, which expires by itself. */
export function isWorkerId(owner: string): boolean {
  return owner.startsWith(WORKER_ID_PREFIX);
}

/** Whether the worker may still read its feeds: until another worker ends it, it could renew its lease late. */
export function mayLive(worker: FeedWorkerRecord | undefined): worker is FeedWorkerRecord {
  return worker !== undefined && worker.endedAtMs === undefined;
}

/** Whether it has not renewed its lease in time, or last renewed by a clock that was ahead and has been set back. */
export function hasRunOut({ untilMs, renewedAtMs }: FeedWorkerRecord, nowMs: number): boolean {
  return untilMs <= nowMs || renewedAtMs > nowMs + CLOCK_SKEW_MS_MAX;
}

/** Whether it renewed its lease in time, and has not ended. */
export function isLive(worker: FeedWorkerRecord, nowMs: number): boolean {
  return worker.endedAtMs === undefined && !hasRunOut(worker, nowMs);
}

/**
 * The worker to which others leave new feeds and hand their own: the fullest one with room, or the oldest of equals.
 * Everyone who reads the same records chooses the same one.
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

/** When a worker was last known to read the feed: now, while it is held. Undefined if none is known. */
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
