import type { Clock } from '../../base/clock.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { type Delivery, dueAt, ended } from '../../domain/deliveries/delivery.ts';
import { retryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  DELIVERY_PAGE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import { DRAIN_RATE, type Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';

export interface ParkedDeliveriesPorts {
  readonly deliveries: DeliveryStore;
  readonly publications: PublicationStore;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
}

/** How long a request may spend on what is parked: the person waits for its answer. */
const REQUEST_MS_MAX = 5_000;
/** How long the schedule may, of its minute. */
const SCHEDULE_MS_MAX = 40_000;
/**
 * How far ahead deliveries are planned: until the schedule's next run a minute later, and half a minute for one that comes
 * late. SQS could hold them for 15; but what is planned is no longer parked, and comes back one by one after a pause.
 */
export const PLANNED_AHEAD_MS = 90_000;
/** Whoever is at a drain says so with every page. After so long without a word it has died, and the schedule goes on. */
export const DRAIN_AGAIN_MS = 60_000;
/** Publications of one minute; what does not fit is still due in the next, and then comes first. */
const DRAINS_PER_RUN_MAX = 100;
/** Each has a page of records in memory, of up to 10 kB each where they have failed before. */
const DRAINS_AT_ONCE_MAX = 20;

/**
 * Starts to send what is parked for a publication that was resumed: oldest first, at its drain rate. The schedule goes on
 * with it once a minute until nothing is parked.
 */
export async function startDrain(ports: ParkedDeliveriesPorts, publication: Publication): Promise<void> {
  const writing = new ConcurrencyLimit(DELIVERIES_WRITTEN_AT_ONCE_MAX);
  // Never ends the drain: what was parked at the moment of the resume may not be in the index yet.
  await drain(ports, publication, { untilMs: ports.clock.now() + REQUEST_MS_MAX, mayEnd: false, writing });
}

/** For the schedule: goes on with the drains under way; answers how many publications it looked at. */
export async function continueDrains(ports: ParkedDeliveriesPorts): Promise<number> {
  const { publications, clock } = ports;
  const untilMs = clock.now() + SCHEDULE_MS_MAX;
  const due = await publications.listReleaseDue(clock.now(), DRAINS_PER_RUN_MAX);
  // They write in turns, so that no backlog has the run for itself.
  const writing = new ConcurrencyLimit(DELIVERIES_WRITTEN_AT_ONCE_MAX);
  await sideBySide(due, DRAINS_AT_ONCE_MAX, (publication) =>
    drain(ports, publication, { untilMs, mayEnd: true, writing }),
  );
  return due.length;
}

interface DrainRun {
  readonly untilMs: number;
  /** Whether the drain is over when nothing is parked. */
  readonly mayEnd: boolean;
  readonly writing: ConcurrencyLimit;
}

/**
 * Plans page after page: each delivery has its moment, one after the other at the drain rate, and a message that is delayed
 * until then. The moments of a page are taken first, by a write to the publication that only one can win: whoever finds it
 * changed (paused, disabled, resumed anew, or taken up by another run) stops. A death after that leaves a page of moments
 * unused, and its deliveries parked or, with their moment, to the sweep.
 */
async function drain(
  ports: ParkedDeliveriesPorts,
  publication: Publication,
  { untilMs, mayEnd, writing }: DrainRun,
): Promise<void> {
  const { deliveries, publications, queue, clock } = ports;
  let current = publication;
  let isOver = mayEnd;
  let after: string | undefined;
  do {
    const { ratePerSecond, plannedUntilMs } = drainOf(current, clock.now());
    const fromMs = Math.max(plannedUntilMs, clock.now());
    const room = Math.floor(((clock.now() + PLANNED_AHEAD_MS - fromMs) / 1_000) * ratePerSecond);
    if (room <= 0) {
      isOver = false;
      break;
    }
    const page = await deliveries.list(current.appId, {
      status: 'parked',
      publicationId: current.id,
      order: 'oldest-first',
      limit: Math.min(room, DELIVERY_PAGE_MAX),
      after,
    });
    after = page.next;
    if (page.deliveries.length === 0) continue;
    isOver = false;
    const stepMs = 1_000 / ratePerSecond;
    const taken = await write(publications, {
      ...current,
      releaseAtMs: clock.now() + DRAIN_AGAIN_MS,
      drain: { ratePerSecond, plannedUntilMs: Math.ceil(fromMs + page.deliveries.length * stepMs) },
    });
    if (taken === undefined) return;
    current = taken;
    const planned = await Promise.all(
      page.deliveries.map((delivery, index) =>
        writing.run(() =>
          write(deliveries, dueAt(delivery, Math.round(fromMs + index * stepMs), clock.now())),
        ),
      ),
    );
    // A refusal of the queue needs no answer: the sweep finds the records.
    await queue.send(
      planned
        .filter((delivery) => delivery !== undefined)
        .map((delivery) => plannedMessage(delivery, clock.now())),
    );
  } while (after !== undefined && clock.now() < untilMs);
  if (after !== undefined) isOver = false;
  // Should somebody have changed it meanwhile, the schedule looks again.
  await publications.update(
    isOver
      ? { ...current, releaseAtMs: undefined, drain: undefined }
      : { ...current, releaseAtMs: clock.now() },
  );
}

/** A drain that an older version began has the usual rate. */
function drainOf({ drain: given }: Publication, nowMs: number): NonNullable<Publication['drain']> {
  return given ?? { ratePerSecond: DRAIN_RATE.default, plannedUntilMs: nowMs };
}

/** Whole seconds are all that the queue knows: what is planned within one comes at its beginning. */
function plannedMessage(delivery: Delivery, nowMs: number) {
  const waitMs = Math.max(0, (delivery.nextAttemptAtMs ?? nowMs) - nowMs);
  return { ...retryMessage(delivery), delaySeconds: Math.floor(waitMs / 1_000) };
}

/** The publication is gone: nothing will ever come for what was parked for it. What is left `deliver` discards later. */
export async function discardOfPublication(
  { deliveries, clock }: Pick<ParkedDeliveriesPorts, 'deliveries' | 'clock'>,
  publication: Publication,
): Promise<void> {
  const untilMs = clock.now() + REQUEST_MS_MAX;
  let after: string | undefined;
  do {
    const page = await deliveries.list(publication.appId, {
      status: 'parked',
      publicationId: publication.id,
      limit: DELIVERY_PAGE_MAX,
      after,
    });
    await sideBySide(page.deliveries, DELIVERIES_WRITTEN_AT_ONCE_MAX, (delivery) =>
      deliveries.update(ended(delivery, 'discarded', clock.now())),
    );
    after = page.next;
  } while (after !== undefined && clock.now() < untilMs);
}

/** The record as stored, or undefined when another write came first. */
async function write<T extends { readonly version: number }>(
  store: { update(record: T): Promise<'updated' | 'changed' | 'gone'> },
  record: T,
): Promise<T | undefined> {
  return (await store.update(record)) === 'updated' ? { ...record, version: record.version + 1 } : undefined;
}
