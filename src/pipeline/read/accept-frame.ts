import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { Timers } from '../../base/timers.ts';
import { type AppRetention, retentionOf } from '../../domain/apps/retention.ts';
import type { DeliveryQueue, OutgoingMessage, QueueResult } from '../../domain/deliveries/delivery-queue.ts';
import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import type { Event } from '../../domain/events/event.ts';
import type { EventFormat, Feed, FeedGap } from '../../domain/feeds/feed.ts';
import type { FeedEvent } from '../../domain/feeds/feed-source.ts';
import type { QuarantineStore } from '../../domain/feeds/quarantine-store.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import type { KeptEventStore } from '../../domain/subscriptions/kept-event-store.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { DropCounts } from '../route/drop-counts.ts';
import { countRouteFailures } from '../route/failure-metrics.ts';
import type { FilterTimes } from '../route/filter-times.ts';
import { keepEvents } from '../route/keep-events.ts';
import { type RouteFailure, type RoutingTable, routeEvent, storeRouteFailures } from '../route/route.ts';

export interface AcceptPorts {
  readonly queue: DeliveryQueue;
  readonly deliveries: DeliveryStore;
  readonly quarantine: QuarantineStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly drops?: Pick<DropCounts, 'dropped'> | undefined;
  readonly retention?: Pick<AppRetention, 'of'> | undefined;
  readonly keptEvents?: Pick<KeptEventStore, 'keep'> | undefined;
  /** Shared by all feeds that this process reads. */
  readonly filterTimes?: FilterTimes | undefined;
}

/** One subscription of the feed: where its events go and how they are written. */
export interface FeedRoute {
  readonly table: RoutingTable;
  readonly format: EventFormat;
  readonly repair?: boolean | undefined;
  /** How many of its last events the subscription keeps. */
  readonly keepLast?: number | undefined;
}

export interface Accepted {
  /** How many events, from the first on, are durably accepted: the cursor may move past these. */
  readonly count: number;
  /** One gap for each accepted event that is quarantined, or that says that others may be missing. */
  readonly gaps: readonly FeedGap[];
  /** Why the queue did not take the rest. */
  readonly refusal: string | undefined;
}

/**
 * Routes the events through the feed's subscriptions and queues the resulting messages. Returns how many events, from
 * the first on, are accepted: queued with all their deliveries, dropped by every filter, stored as failed, or
 * quarantined. Throws when a store fails: then nothing is known to be accepted.
 */
export async function acceptFrame(
  ports: AcceptPorts,
  feed: Feed,
  events: readonly FeedEvent[],
  routes: readonly FeedRoute[],
  delaysMs: readonly number[],
  stopping: AbortSignal,
): Promise<Accepted> {
  const { limits } = ports.queue;
  const messages: OutgoingMessage[] = [];
  /** For each message, the index of its event. */
  const owners: number[] = [];
  const failures: RouteFailure[] = [];
  /** Events that a filter dropped, with their indexes. */
  const dropped: { readonly index: number; readonly event: Event; readonly streams: readonly Stream[] }[] =
    [];
  /** Events of the subscriptions that keep their last events, with their indexes. */
  const kept = new Map<FeedRoute, { readonly index: number; readonly event: Event }[]>();
  /** By the event's index. */
  const gaps = new Map<number, FeedGap>();
  for (const { table } of routes) ports.filterTimes?.served(table.subscriptionId);
  for (const [index, event] of events.entries()) {
    const { decoded } = event;
    if (decoded.kind === 'undecodable') {
      gaps.set(index, await quarantine(ports, feed, event, decoded.message));
      continue;
    }
    const firstOfEvent = messages.length;
    for (const route of routes) {
      const { table, format, repair } = route;
      for (const inFormats of repair === true ? [decoded, ...(event.repairs ?? [])] : [decoded]) {
        const each = format === 'json' ? inFormats.json : inFormats.avroJson;
        // It is passed over (see `FeedBeginning`).
        if (each === undefined) continue;
        if (route.keepLast !== undefined) {
          const ofRoute = kept.get(route);
          if (ofRoute === undefined) kept.set(route, [{ index, event: each }]);
          else ofRoute.push({ index, event: each });
        }
        const routed = routeEvent(table, each, ports.filterTimes);
        for (const message of routed.messages) {
          messages.push(message);
          owners.push(index);
        }
        for (const failure of routed.failures) failures.push(failure);
        if (routed.dropped.length > 0) dropped.push({ index, event: each, streams: routed.dropped });
      }
    }
    for (let at = firstOfEvent; at < messages.length; at += 1) {
      if (limits.fits(messages[at]?.body ?? '')) continue;
      // No queue will ever take this event, and the feed must not stand still because of it.
      messages.length = firstOfEvent;
      owners.length = firstOfEvent;
      const message = `written as JSON the event is larger than the ${limits.messageBytesMax} bytes a message may have`;
      gaps.set(index, await quarantine(ports, feed, event, message));
    }
  }
  if (failures.length > 0) {
    const keptMs = await retentionOf(ports.retention, feed.appId);
    await storeRouteFailures(ports.deliveries, failures, ports.clock.now(), keptMs);
    countRouteFailures(ports.metrics, failures);
    ports.log.write('FILTER_FAILED', { appId: feed.appId, feedId: feed.id, count: failures.length });
  }
  const { refused, refusal } = await queueAll(ports, messages, delaysMs, stopping);
  const firstRefused = refused.reduce(
    (first, message) => Math.min(first, owners[message] ?? 0),
    events.length,
  );
  ports.metrics.count('EventsAccepted', firstRefused);
  for (const { index, event, streams } of dropped) {
    if (index >= firstRefused) break;
    ports.metrics.count('EventsFiltered', streams.length);
    for (const stream of streams) ports.drops?.dropped(stream, event);
  }
  for (const [{ table, keepLast }, ofRoute] of kept) {
    const accepted = ofRoute.filter(({ index }) => index < firstRefused).map(({ event }) => event);
    await keepEvents(ports, { appId: table.appId, id: table.subscriptionId, keepLast }, accepted);
  }
  const atMs = ports.clock.now();
  for (const [index, { cursor, gapMessage }] of events.entries()) {
    if (gapMessage === undefined || index >= firstRefused) continue;
    gaps.set(index, { atMs, cursor, cursorAtMs: atMs, message: gapMessage });
    ports.log.write('FEED_GAP', {
      appId: feed.appId,
      feedId: feed.id,
      topic: feed.topic,
      reason: 'gap-event',
    });
  }
  // Gaps of events that are not accepted come again with those events.
  const accepted = [...gaps].filter(([index]) => index < firstRefused);
  return { count: firstRefused, gaps: accepted.map(([, gap]) => gap), refusal };
}

/**
 * Half of the requests that the queue's client has in flight at a time: the other feeds of this function send as well.
 */
const PUBLICATIONS_AT_ONCE_MAX = 50;

/**
 * Queues the messages, and retries those that were refused. Returns the indexes of the messages that were refused to
 * the end.
 */
async function queueAll(
  { queue, timers }: AcceptPorts,
  messages: readonly OutgoingMessage[],
  delaysMs: readonly number[],
  stopping: AbortSignal,
): Promise<{ readonly refused: readonly number[]; readonly refusal: string | undefined }> {
  if (messages.length === 0) return { refused: [], refusal: undefined };
  let waiting = messages.map((_, index) => index);
  let roundsInVain = 0;
  for (;;) {
    const results = await sendByGroup(queue, messages, waiting);
    const refused: number[] = [];
    let refusal: string | undefined;
    for (const index of waiting) {
      const result = results.get(index);
      if (result?.queued === true) continue;
      refused.push(index);
      refusal ??= result?.message;
    }
    if (refused.length === 0) return { refused, refusal };
    refusal ??= 'the queue did not answer for this message';
    // A round that queued something resets the count: so the number of messages bounds the rounds.
    roundsInVain = refused.length < waiting.length ? 1 : roundsInVain + 1;
    const delayMs = delaysMs[roundsInVain - 1];
    if (delayMs === undefined || stopping.aborted) return { refused, refusal };
    waiting = refused;
    await timers.sleep(delayMs, stopping);
  }
}

/**
 * Sends to publications concurrently, and the messages of each in order, one request after the other. After a refusal
 * nothing more is sent to that publication: it would overtake what was refused. Messages that were not sent have no
 * result.
 */
async function sendByGroup(
  queue: DeliveryQueue,
  messages: readonly OutgoingMessage[],
  indexes: readonly number[],
): Promise<ReadonlyMap<number, QueueResult>> {
  const groups = Map.groupBy(indexes, (index) => messages[index]?.groupId ?? '');
  const results = new Map<number, QueueResult>();
  await sideBySide([...groups.values()], PUBLICATIONS_AT_ONCE_MAX, async (group) => {
    // One request at a time: a refusal is seen before the next messages leave.
    const { messagesPerRequestMax } = queue.limits;
    for (let start = 0; start < group.length; start += messagesPerRequestMax) {
      const slice = group.slice(start, start + messagesPerRequestMax);
      const sent = await queue.send(slice.flatMap((index) => messages[index] ?? []));
      slice.forEach((index, at) => {
        const result = sent[at];
        if (result !== undefined) results.set(index, result);
      });
      if (sent.some(({ queued }) => !queued)) return;
    }
  });
  return results;
}

async function quarantine(
  ports: AcceptPorts,
  feed: Feed,
  event: FeedEvent,
  message: string,
): Promise<FeedGap> {
  const atMs = ports.clock.now();
  await ports.quarantine.put({
    feedId: feed.id,
    appId: feed.appId,
    topic: feed.topic,
    cursor: event.cursor,
    eventId: event.raw.id,
    schemaId: event.raw.schemaId,
    payload: event.raw.payload,
    message,
    atMs,
  });
  ports.log.write('FEED_EVENT_UNDECODABLE', {
    appId: feed.appId,
    feedId: feed.id,
    topic: feed.topic,
    eventId: event.raw.id,
    schemaId: event.raw.schemaId,
    error: message,
  });
  return {
    atMs,
    cursor: event.cursor,
    cursorAtMs: atMs,
    message: `event ${event.raw.id} was put into quarantine, and the feed went on: ${message}`,
  };
}
