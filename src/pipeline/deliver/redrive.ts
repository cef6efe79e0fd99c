import { isDue } from '../../base/due.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { type AppRetention, retentionOf } from '../../domain/apps/retention.ts';
import { type Delivery, dueAt, ended, replayed } from '../../domain/deliveries/delivery.ts';
import { findDeliveries } from '../../domain/deliveries/delivery-filter.ts';
import { retryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  DELIVERY_PAGE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import { isHeld } from '../../domain/deliveries/lane.ts';
import {
  endedRedrive,
  isClaimed,
  REDRIVE_CLAIM_MS,
  type Redrive,
  type RedriveAction,
} from '../../domain/deliveries/redrive.ts';
import type { RedriveStore } from '../../domain/deliveries/redrive-store.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { updateRecord, writeUnlessChanged } from '../../domain/update-record.ts';
import { type ErasePorts, erasePage, type RedriveStep } from './erase.ts';
import { PLANNED_AHEAD_MS, plannedMessage } from './parked-deliveries.ts';
import { PublicationCache } from './publication-cache.ts';
import { plannedRate } from './rate-limits.ts';

export interface RedrivePorts extends ErasePorts {
  readonly redrives: RedriveStore;
  readonly deliveries: Pick<DeliveryStore, 'list' | 'get' | 'update' | 'remove'>;
  readonly publications: PublicationStore;
  readonly queue: DeliveryQueue;
  readonly retention?: Pick<AppRetention, 'of'> | undefined;
  /** Makes the id of a new redrive; random by default. */
  readonly newId?: (() => string) | undefined;
}

/** How much of its minute the schedule may spend on redrives. */
const SCHEDULE_MS_MAX = 40_000;
/** Redrives per minute; the rest are still due in the next minute and then come first. */
const REDRIVES_PER_RUN_MAX = 100;
const REDRIVES_AT_ONCE_MAX = 10;
/**
 * No delivery is planned further ahead: the last page begins within the usual reach, and may be for a publication that
 * takes one a second.
 */
const PLANNED_MS_MAX = PLANNED_AHEAD_MS + DELIVERY_PAGE_MAX * 1_000;

/** For the schedule: continues the redrives in progress; returns how many it looked at. */
export async function continueRedrives(ports: RedrivePorts): Promise<number> {
  const untilMs = ports.clock.now() + SCHEDULE_MS_MAX;
  const due = await ports.redrives.listDue(ports.clock.now(), REDRIVES_PER_RUN_MAX);
  await sideBySide(due, REDRIVES_AT_ONCE_MAX, (redrive) => runRedrive(ports, redrive, untilMs));
  return due.length;
}

/**
 * Works on a redrive page by page until it is done or the time is up. The deliveries of a page are written before the
 * redrive moves on: if the process dies in between, a page is repeated but none is skipped. A run that finds the
 * redrive changed (paused or stopped by a person) leaves it alone.
 */
export async function runRedrive(ports: RedrivePorts, redrive: Redrive, untilMs: number): Promise<void> {
  const { redrives, clock } = ports;
  if (redrive.state !== 'running' || isClaimed(redrive, clock.now())) return;
  const publications = new PublicationCache(ports.publications, clock);
  let current = await writeUnlessChanged(redrives, claimed(redrive, clock.now()));
  while (current !== undefined && clock.now() < untilMs) {
    const step =
      current.action === 'erase'
        ? await erasePage(ports, current, untilMs)
        : await redrivePage(ports, publications, current, current.action);
    if (step === undefined) break;
    const moved = claimed(step.moved, clock.now());
    const written = await writeUnlessChanged(
      redrives,
      step.isOver ? endedRedrive(moved, 'done', clock.now()) : moved,
    );
    if (written === undefined) await countPage(redrives, current, moved);
    if (step.isOver) return;
    current = written;
  }
  if (current !== undefined) {
    await redrives.update({ ...current, claimedUntilMs: undefined, lookAtMs: clock.now() });
  }
}

/** Undefined if a retry has already planned as far ahead as it may. */
async function redrivePage(
  ports: RedrivePorts,
  publications: PublicationCache,
  current: Redrive,
  action: RedriveAction,
): Promise<RedriveStep | undefined> {
  const nowMs = ports.clock.now();
  const fromMs = isDue(current.plannedUntilMs, nowMs, PLANNED_MS_MAX) ? nowMs : current.plannedUntilMs;
  const room = Math.floor(((nowMs + PLANNED_AHEAD_MS - fromMs) / 1_000) * current.ratePerSecond);
  if (action === 'retry' && room <= 0) return undefined;
  const page = await findDeliveries(ports.deliveries, current.appId, {
    filter: current.filter,
    order: 'oldest-first',
    limit: action === 'retry' ? Math.min(room, DELIVERY_PAGE_MAX) : DELIVERY_PAGE_MAX,
    after: current.after,
  });
  const matching = page.deliveries.filter((delivery) => isFromBefore(current, delivery, nowMs));
  const { doneCount, untilMs } =
    action === 'retry'
      ? await retryPage(ports, publications, current, matching, fromMs)
      : { doneCount: await discardPage(ports, current, matching), untilMs: current.plannedUntilMs };
  return {
    moved: {
      ...current,
      after: page.next,
      doneCount: current.doneCount + doneCount,
      skippedCount: current.skippedCount + matching.length - doneCount,
      scannedCount: current.scannedCount + page.scanned,
      plannedUntilMs: untilMs,
    },
    isOver: page.next === undefined,
  };
}

/**
 * Excludes deliveries that arrived, or were retried and failed again, after the redrive began: otherwise it would never
 * end. A record time later than now counts as old: a clock was ahead. A discard also takes deliveries that have only
 * been tried once more since.
 */
function isFromBefore(
  { action, startedAtMs }: Redrive,
  { createdAtMs, updatedAtMs }: Delivery,
  nowMs: number,
): boolean {
  const atMs = action === 'retry' ? updatedAtMs : createdAtMs;
  return atMs <= startedAtMs || atMs > nowMs;
}

/**
 * Somebody paused or stopped the redrive while a page was in progress: that state stands, but the record must count
 * what the page did.
 */
async function countPage(redrives: RedriveStore, before: Redrive, moved: Redrive): Promise<void> {
  // A refusal is ignored: the redrive was deleted with its app.
  await updateRecord<Redrive>({
    read: () => redrives.get(before.appId, before.id),
    change: (now) => ({
      ...now,
      // Whoever has resumed it since may be further along.
      after: now.after === before.after ? moved.after : now.after,
      doneCount: now.doneCount + moved.doneCount - before.doneCount,
      skippedCount: now.skippedCount + moved.skippedCount - before.skippedCount,
      scannedCount: now.scannedCount + moved.scannedCount - before.scannedCount,
      plannedUntilMs: Math.max(now.plannedUntilMs, moved.plannedUntilMs),
    }),
    write: (redrive) => redrives.update(redrive),
    missing: `the redrive ${before.id} is gone`,
  });
}

/**
 * Returns how many deliveries are sent again, and until when; it skips those of a publication that is deleted, paused
 * or disabled. If all of them have a rate limit, no more a second are planned than these limits allow together; what
 * still exceeds a limit waits in its line.
 */
async function retryPage(
  { deliveries, queue, clock }: RedrivePorts,
  publications: PublicationCache,
  redrive: Redrive,
  page: readonly Delivery[],
  fromMs: number,
): Promise<{ readonly doneCount: number; readonly untilMs: number }> {
  const sendable: Delivery[] = [];
  const limits = new Map<string, number>();
  for (const delivery of page) {
    const { appId, publicationName, publicationId } = delivery;
    const publication = await publications.get(appId, publicationName, publicationId);
    // A delivery that waits behind another of its key would overtake it.
    if (publication?.state !== 'active' || isHeld(delivery)) continue;
    sendable.push(delivery);
    limits.set(publicationId, plannedRate(redrive.ratePerSecond, publication.rateLimit));
  }
  const together = [...limits.values()].reduce((sum, limit) => sum + limit, 0);
  const stepMs = 1_000 / Math.min(redrive.ratePerSecond, Math.max(1, together));
  const written = await sideBySide(
    [...sendable.entries()],
    DELIVERIES_WRITTEN_AT_ONCE_MAX,
    ([index, delivery]) => {
      const atMs = Math.round(fromMs + index * stepMs);
      const nowMs = clock.now();
      return writeUnlessChanged(deliveries, dueAt(replayed(delivery, nowMs, redrive.id), atMs, nowMs));
    },
  );
  const planned = written.filter((delivery) => delivery !== undefined);
  // If the queue refuses a message, the sweep finds the record.
  await queue.send(planned.map((delivery) => plannedMessage(delivery, clock.now())));
  return { doneCount: planned.length, untilMs: Math.ceil(fromMs + planned.length * stepMs) };
}

async function discardPage(
  { deliveries, queue, retention, clock }: RedrivePorts,
  { appId }: Redrive,
  page: readonly Delivery[],
): Promise<number> {
  const keptMs = await retentionOf(retention, appId);
  const results = await sideBySide(page, DELIVERIES_WRITTEN_AT_ONCE_MAX, (delivery) =>
    deliveries.update(ended(delivery, 'discarded', clock.now(), keptMs)),
  );
  // The deliveries behind the discarded ones continue when `deliver` reads these messages. One per lane is enough.
  const lanes = new Map(page.flatMap((each) => (each.lane === undefined ? [] : [[each.lane.id, each]])));
  await queue.send([...lanes.values()].map(retryMessage));
  return results.filter((result) => result === 'updated').length;
}

function claimed(redrive: Redrive, nowMs: number): Redrive {
  return {
    ...redrive,
    claimedUntilMs: nowMs + REDRIVE_CLAIM_MS,
    lookAtMs: nowMs + REDRIVE_CLAIM_MS,
  };
}
