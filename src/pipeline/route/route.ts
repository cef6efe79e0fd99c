import { LookupCache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import {
  deliveryId,
  ended,
  filterFailure,
  newDelivery,
  orderFailure,
  withAttempt,
} from '../../domain/deliveries/delivery.ts';
import {
  firstDeliveryBody,
  firstDeliveryHeader,
  headerInLane,
} from '../../domain/deliveries/delivery-message.ts';
import { groupOf, type OutgoingMessage } from '../../domain/deliveries/delivery-queue.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import { laneId } from '../../domain/deliveries/lane.ts';
import { type Event, eventJson } from '../../domain/events/event.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import { type CompiledFilter, compileFilter } from './filter.ts';
import type { FilterTimes } from './filter-times.ts';
import { compileOrderKey, defaultOrderKey, type OrderKey } from './order-key.ts';
import { RouteCache, type RoutesRevision } from './route-cache.ts';

/** Where the events of one subscription go. */
export interface RoutingTable {
  readonly appId: string;
  readonly subscriptionId: string;
  readonly routes: readonly Route[];
}

export interface Route {
  readonly stream: Stream;
  /** null: every event passes. */
  readonly filter: CompiledFilter | null;
  /** The first line of each of this stream's messages. */
  readonly header: string;
  /** The group of each of this stream's messages. */
  readonly groupId: string;
  /** Finds an event's key; set on an ordered stream. */
  readonly orderKey: OrderKey | undefined;
}

export interface Routed {
  readonly messages: readonly OutgoingMessage[];
  readonly failures: readonly RouteFailure[];
  /** The streams whose filters dropped the event. */
  readonly dropped: readonly Stream[];
}

/**
 * A filter failed on an event, or the event has no key. The failure has to be stored as a rejected delivery before the
 * event counts as accepted.
 */
export interface RouteFailure {
  readonly stage: 'filter' | 'order';
  readonly stream: Stream;
  readonly event: Event;
  readonly message: string;
}

const NONE_DROPPED: readonly Stream[] = [];

/**
 * Runs the event through every stream of its subscription. It queues and stores nothing.
 * @param times given where filters share a thread with those of other subscriptions
 */
export function routeEvent(table: RoutingTable, event: Event, times?: FilterTimes): Routed {
  const messages: OutgoingMessage[] = [];
  const failures: RouteFailure[] = [];
  let dropped: Stream[] | undefined;
  // Most filters pass the event unchanged. Its text is then built once for all streams.
  let unchangedJson: string | undefined;
  for (const route of table.routes) {
    let json: string;
    if (route.filter === null) {
      unchangedJson ??= eventJson(event);
      json = unchangedJson;
    } else {
      const { filter } = route;
      const startedAtMs = times?.elapsedMs() ?? 0;
      const outcome = filter.apply(event);
      times?.add(route.stream, times.elapsedMs() - startedAtMs);
      if (outcome.kind === 'dropped') {
        if (dropped === undefined) dropped = [route.stream];
        else dropped.push(route.stream);
        continue;
      }
      if (outcome.kind === 'failed') {
        failures.push({ stage: 'filter', stream: route.stream, event, message: outcome.message });
        continue;
      }
      if (outcome.kind === 'unchanged') {
        unchangedJson ??= eventJson(event);
        json = unchangedJson;
      } else {
        json = outcome.json;
      }
    }
    if (route.orderKey === undefined) {
      messages.push({ body: firstDeliveryBody(route.header, json), groupId: route.groupId });
      continue;
    }
    const key = route.orderKey(event);
    if (key.kind === 'failed') {
      failures.push({ stage: 'order', stream: route.stream, event, message: key.message });
    } else {
      messages.push(orderedMessage(route, event, json, key.key));
    }
  }
  return { messages, failures, dropped: dropped ?? NONE_DROPPED };
}

function orderedMessage({ stream, header, groupId }: Route, event: Event, json: string, key: string) {
  const { subscriptionId, publicationId } = stream;
  const lane = laneId(subscriptionId, publicationId, key);
  return {
    body: firstDeliveryBody(headerInLane(header, lane), json),
    groupId,
    order: { laneId: lane, deduplicationId: deliveryId(publicationId, subscriptionId, event) },
  };
}

/** Stores failures as rejected deliveries of stage `filter` or `order`, which can be listed and replayed. */
export async function storeRouteFailures(
  store: Pick<DeliveryStore, 'create'>,
  failures: readonly RouteFailure[],
  nowMs: number,
  keptMs?: number,
): Promise<void> {
  // If the filter of a stream fails on every event of a frame, that stream alone has a hundred failures.
  await sideBySide(failures, DELIVERIES_WRITTEN_AT_ONCE_MAX, ({ stage, stream, event, message }) => {
    const id = deliveryId(stream.publicationId, stream.subscriptionId, event);
    const delivery = newDelivery(id, stream, event, stage, nowMs);
    const failure = stage === 'filter' ? filterFailure(message, nowMs) : orderFailure(message, nowMs);
    const failed = withAttempt(delivery, failure);
    return store.create(ended(failed, 'rejected', nowMs, keptMs), eventJson(event));
  });
}

/** How long a change of streams may go unseen by a function that does not follow the revision. */
const ROUTING_TABLE_CACHED_MS = 3_000;
const ROUTING_TABLES_MAX = 10_000;
/** How many of a feed's up to 500 subscriptions are read concurrently. */
export const ROUTING_TABLES_READ_AT_ONCE_MAX = 20;
/** Compiled filters are small; this bounds what a worker of many subscriptions caches. */
const COMPILED_FILTERS_MAX = 2_000;
/** One for each stream. It adds only the mapping's state to the compiled filter. */
const FILTERS_MAX = 10_000;

/** Caches routing tables by subscription: for some seconds, or until a stream changes. */
export class RoutingTables {
  readonly #streams: StreamStore;
  readonly #tables: Pick<LookupCache<RoutingTable>, 'get'>;
  readonly #mappings = makeCache<CompiledFilter>(COMPILED_FILTERS_MAX);
  readonly #filters = makeCache<CompiledFilter>(FILTERS_MAX);
  readonly #orderKeys = makeCache<OrderKey>(COMPILED_FILTERS_MAX);

  /** @param revision for a caller that reads so often that checking for changes is cheaper */
  constructor(streams: StreamStore, clock: Clock, revision?: RoutesRevision) {
    this.#streams = streams;
    this.#tables =
      revision === undefined
        ? new LookupCache(ROUTING_TABLES_MAX, { clock, ageMsMax: ROUTING_TABLE_CACHED_MS })
        : new RouteCache(revision, clock);
  }

  forSubscription(appId: string, subscriptionId: string): Promise<RoutingTable> {
    return this.#tables.get(subscriptionId, () => this.#read(appId, subscriptionId));
  }

  async #read(appId: string, subscriptionId: string): Promise<RoutingTable> {
    const streams = await this.#streams.listOfSubscription(appId, subscriptionId);
    return { appId, subscriptionId, routes: streams.map((stream) => this.#route(stream)) };
  }

  #route(stream: Stream): Route {
    return {
      stream,
      filter: stream.filter === null ? null : this.#filter(stream, stream.filter),
      header: firstDeliveryHeader({
        appId: stream.appId,
        publicationId: stream.publicationId,
        publicationName: stream.publicationName,
        subscriptionId: stream.subscriptionId,
      }),
      groupId: groupOf(stream),
      orderKey: stream.order === undefined ? undefined : this.#orderKey(stream, stream.order.key),
    };
  }

  #orderKey({ appId, subscriptionId, publicationId }: Stream, source: string | null): OrderKey {
    if (source === null) return defaultOrderKey;
    const key = [appId, subscriptionId, publicationId, source].join('\n');
    const cached = this.#orderKeys.get(key);
    if (cached !== undefined) return cached;
    const compiled = compileOrderKey(source);
    // A key mapping that no longer compiles is handled like such a filter.
    const orderKey: OrderKey = compiled.ok
      ? compiled.orderKey
      : () => ({ kind: 'failed', message: `the key mapping does not compile: ${compiled.message}` });
    this.#orderKeys.set(key, orderKey);
    return orderKey;
  }

  /** Each stream has its own filter. Only the compiled mapping is shared, because many streams have the same one. */
  #filter({ appId, subscriptionId, publicationId }: Stream, source: string): CompiledFilter {
    const key = [appId, subscriptionId, publicationId, source].join('\n');
    const cached = this.#filters.get(key);
    if (cached !== undefined) return cached;
    const filter = this.#compiled(source).forAnotherStream();
    this.#filters.set(key, filter);
    return filter;
  }

  #compiled(source: string): CompiledFilter {
    const cached = this.#mappings.get(source);
    if (cached !== undefined) return cached;
    const compiled = compileFilter(source);
    // A filter that compiled at creation compiles here, unless the language changed under it: then its events are
    // stored as failed deliveries, and nothing is lost.
    const filter = compiled.ok ? compiled.filter : refusing(compiled.message);
    this.#mappings.set(source, filter);
    return filter;
  }
}

function refusing(message: string): CompiledFilter {
  const filter: CompiledFilter = {
    apply: () => ({ kind: 'failed', message: `the filter does not compile: ${message}` }),
    forAnotherStream: () => filter,
  };
  return filter;
}
