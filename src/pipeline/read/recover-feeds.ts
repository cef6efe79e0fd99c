import type { Clock } from '../../base/clock.ts';
import { isDue } from '../../base/due.ts';
import type { FeedStore } from '../../domain/feeds/feed-store.ts';
import { type FeedWorkerRecord, hasRunOut } from '../../domain/feeds/feed-worker-record.ts';
import type { Log } from '../../telemetry/logger.ts';

export interface RecoverPorts {
  readonly feeds: FeedStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** The successor of a worker takes its feeds within this time; feeds that remain after it are abandoned. */
const HAND_OVER_MS_MAX = 10_000;
/**
 * After this time an index shows every feed that was taken just before its worker died, unless AWS itself is unwell.
 */
const FORGET_AFTER_MS = 60_000;

/**
 * Frees the feeds of workers that died, or ended without releasing them, so that they count as unattended. Looks at
 * every feed, but only while there is such a worker. Safe to run concurrently with itself.
 * @param workers as `listWorkers` returned them
 */
export async function recoverFeeds(
  { feeds, clock, log }: RecoverPorts,
  workers: readonly FeedWorkerRecord[],
): Promise<void> {
  const nowMs = clock.now();
  const left = new Map<string, FeedWorkerRecord>();
  for (const worker of workers) {
    const { id, endedAtMs } = worker;
    if (endedAtMs === undefined) {
      if (!hasRunOut(worker, nowMs) || !(await feeds.endDeadWorker(id, nowMs))) continue;
      log.write('FEED_WORKER_DEAD', {
        worker: id,
        feeds: worker.feedCount,
        silentMs: nowMs - worker.renewedAtMs,
      });
      left.set(id, worker);
    } else if (mayHaveLeft(worker, endedAtMs, nowMs)) {
      left.set(id, worker);
    }
  }
  if (left.size === 0) return;
  const found = new Set<string>();
  for (const { feed, fence, holder } of await feeds.listAll()) {
    if (holder === undefined || !left.has(holder.owner)) continue;
    found.add(holder.owner);
    await feeds.releaseLease({ feedId: feed.id, fence, ...holder });
  }
  for (const { id, endedAtMs } of left.values()) {
    const mayForget = endedAtMs !== undefined && isDue(endedAtMs + FORGET_AFTER_MS, nowMs, FORGET_AFTER_MS);
    if (!found.has(id) && mayForget) await feeds.removeWorker(id);
    else await feeds.markRecovered(id, nowMs);
  }
}

/** True once when the successor's time is up, and again before the worker's record is removed. */
function mayHaveLeft({ recoveredAtMs }: FeedWorkerRecord, endedAtMs: number, nowMs: number): boolean {
  const hasPassed = (ms: number, sinceMs: number) => isDue(sinceMs + ms, nowMs, ms);
  if (recoveredAtMs === undefined) return hasPassed(HAND_OVER_MS_MAX, endedAtMs);
  return hasPassed(FORGET_AFTER_MS, endedAtMs) && hasPassed(HAND_OVER_MS_MAX, recoveredAtMs);
}
