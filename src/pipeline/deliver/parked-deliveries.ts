import type { Clock } from '../../base/clock.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import { isDue } from '../../base/due.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { type AppRetention, retentionOf } from '../../domain/apps/retention.ts';
import { type Delivery, dueAt, ended } from '../../domain/deliveries/delivery.ts';
import { retryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue, OutgoingMessage } from '../../domain/deliveries/delivery-queue.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  DELIVERY_PAGE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import { isSending } from '../../domain/publications/breaker-rules.ts';
import { DRAIN_AGAIN_MS, DRAIN_RATE, type Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { writeUnlessChanged } from '../../domain/update-record.ts';
import { offerProbe } from './offer-probe.ts';
import { plannedRate } from './rate-limits.ts';

export interface ParkedDeliveriesPorts {
  readonly retention?: Pick<AppRetention, 'of'> | undefined;
  readonly deliveries: DeliveryStore;
  readonly publications: PublicationStore;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
}

/** How long an API request may work on parked deliveries: a person waits for its answer. */
const REQUEST_MS_MAX = 5_000;
/** How much of its minute the schedule may spend on them. */
const SCHEDULE_MS_MAX = 40_000;
/**
 * How far ahead deliveries are planned: until the schedule's next run a minute later, plus half a minute in case it is
 * late. The queue could delay them longer. But a planned delivery is no longer parked: after another pause, each one
 * has to be received before it can be parked again.
 */
export const PLANNED_AHEAD_MS = 90_000;
/** Publications per minute. The rest are still due in the next minute and then come first. */
const DRAINS_PER_RUN_MAX = 100;
/** Each drain holds a page of records in memory; a record of failed attempts takes up to 10 kB. */
const DRAINS_AT_ONCE_MAX = 20;

/**
 * Starts to send the parked deliveries of a resumed publication, oldest first, at its drain rate. The schedule
 * continues once a minute until none is left.
 */
export async function startDrain(ports: ParkedDeliveriesPorts, publication: Publication): Promise<void> {
  const writing = new ConcurrencyLimit(DELIVERIES_WRITTEN_AT_ONCE_MAX);
  // This run never ends the drain: deliveries that were parked just before may not be in the index yet.
  await drain(ports, publication, { untilMs: ports.clock.now() + REQUEST_MS_MAX, mayEnd: false, writing });
}

/**
 * For the schedule: continues the drains in progress, and offers probes where a breaker is open; returns how many
 * publications it looked at.
 */
export async function continueDrains(ports: ParkedDeliveriesPorts): Promise<number> {
  const { publications, clock } = ports;
  const untilMs = clock.now() + SCHEDULE_MS_MAX;
  const due = await publications.listDue(clock.now(), DRAINS_PER_RUN_MAX);
  // The drains share one write limit, so that no backlog takes the whole run.
  const writing = new ConcurrencyLimit(DELIVERIES_WRITTEN_AT_ONCE_MAX);
  await sideBySide(due, DRAINS_AT_ONCE_MAX, (publication) =>
    isSending(publication)
      ? drain(ports, publication, { untilMs, mayEnd: isClosedForLong(publication, clock.now()), writing })
      : offerProbe(ports, publication),
  );
  return due.length;
}

/** Deliveries that were parked just before the breaker closed may not be in the index yet, as after a resume. */
function isClosedForLong({ breaker }: Publication, nowMs: number): boolean {
  return breaker === undefined || nowMs - breaker.sinceMs >= DRAIN_AGAIN_MS;
}

interface DrainRun {
  readonly untilMs: number;
  /** Whether the drain ends if it finds nothing parked. */
  readonly mayEnd: boolean;
  readonly writing: ConcurrencyLimit;
}

/**
 * Plans page by page: each delivery gets a time, spaced at the drain rate, and a message that is delayed until then. A
 * page first claims its times by a write to the publication, which only one run can win. A run that finds the
 * publication changed (paused, disabled, resumed again, or claimed by another run) stops. If the process dies after the
 * claim, the times of a page stay unused; its deliveries are still parked, or have a time and are found by the sweep.
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
    const { ratePerSecond, plannedUntilMs: fromMs } = drainOf(current, clock.now());
    const pace = plannedRate(ratePerSecond, current.rateLimit);
    const room = Math.floor(((clock.now() + PLANNED_AHEAD_MS - fromMs) / 1_000) * pace);
    if (room <= 0) {
      isOver = false;
      break;
    }
    const page = await deliveries.list(current.appId, {
      statuses: ['parked'],
      publicationId: current.id,
      order: 'oldest-first',
      limit: Math.min(room, DELIVERY_PAGE_MAX),
      after,
    });
    after = page.next;
    if (page.deliveries.length === 0) continue;
    isOver = false;
    const stepMs = 1_000 / pace;
    const claimed = await writeUnlessChanged(publications, {
      ...current,
      releaseAtMs: clock.now() + DRAIN_AGAIN_MS,
      drain: { ratePerSecond, plannedUntilMs: Math.ceil(fromMs + page.deliveries.length * stepMs) },
    });
    if (claimed === undefined) return;
    current = claimed;
    const planned = await Promise.all(
      page.deliveries.map((delivery, index) =>
        writing.run(() =>
          writeUnlessChanged(deliveries, dueAt(delivery, Math.round(fromMs + index * stepMs), clock.now())),
        ),
      ),
    );
    // If the queue refuses a message, the sweep finds the record.
    await queue.send(
      planned
        .filter((delivery) => delivery !== undefined)
        .map((delivery) => plannedMessage(delivery, clock.now())),
    );
  } while (after !== undefined && clock.now() < untilMs);
  if (after !== undefined) isOver = false;
  // If another write came first, the publication is still due, and the schedule looks again.
  await publications.update(
    isOver
      ? { ...current, releaseAtMs: undefined, drain: undefined }
      : { ...current, releaseAtMs: clock.now() },
  );
}

/** A drain that an older version of the product began uses the default rate. */
function drainOf({ drain: given }: Publication, nowMs: number): NonNullable<Publication['drain']> {
  const { ratePerSecond, plannedUntilMs } = given ?? {
    ratePerSecond: DRAIN_RATE.default,
    plannedUntilMs: nowMs,
  };
  return {
    ratePerSecond,
    plannedUntilMs: isDue(plannedUntilMs, nowMs, PLANNED_AHEAD_MS) ? nowMs : plannedUntilMs,
  };
}

/** The queue delays by whole seconds: all deliveries planned for one second arrive at its start. */
export function plannedMessage(delivery: Delivery, nowMs: number): OutgoingMessage {
  const waitMs = Math.max(0, (delivery.nextAttemptAtMs ?? nowMs) - nowMs);
  return { ...retryMessage(delivery), delaySeconds: Math.floor(waitMs / 1_000) };
}

/**
 * Discards, as far as time allows, the parked deliveries of a deleted publication and those that waited to be pulled.
 * `deliver` discards the rest later.
 */
export async function discardParkedDeliveries(
  { deliveries, clock, retention }: Pick<ParkedDeliveriesPorts, 'deliveries' | 'clock' | 'retention'>,
  publication: Publication,
): Promise<void> {
  const untilMs = clock.now() + REQUEST_MS_MAX;
  const keptMs = await retentionOf(retention, publication.appId);
  let after: string | undefined;
  do {
    const page = await deliveries.list(publication.appId, {
      statuses: ['parked', 'available'],
      publicationId: publication.id,
      limit: DELIVERY_PAGE_MAX,
      after,
    });
    await sideBySide(page.deliveries, DELIVERIES_WRITTEN_AT_ONCE_MAX, (delivery) =>
      deliveries.update(ended(delivery, 'discarded', clock.now(), keptMs)),
    );
    after = page.next;
  } while (after !== undefined && clock.now() < untilMs);
}
