import { makeCache } from '../../base/cache.ts';
import { retentionOf } from '../../domain/apps/retention.ts';
import type { DeliveryQueue, OutgoingMessage } from '../../domain/deliveries/delivery-queue.ts';
import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import type { Event } from '../../domain/events/event.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import type { WebhookSubscription } from '../../domain/subscriptions/subscription.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { PublishOutcome } from '../publish/publish.ts';
import type { DropCounts } from '../route/drop-counts.ts';
import { countRouteFailures } from '../route/failure-metrics.ts';
import { type KeepPorts, keepEvents } from '../route/keep-events.ts';
import { type RouteFailure, type RoutingTables, routeEvent, storeRouteFailures } from '../route/route.ts';
import { type AttributeMapping, compileAttribute } from './attribute-mapping.ts';
import { type InboundRequest, readInbound } from './read-inbound.ts';

export interface ReceivePorts extends KeepPorts {
  readonly routing: RoutingTables;
  readonly deliveries: Pick<DeliveryStore, 'create'>;
  readonly queue: DeliveryQueue;
  /** Counts what filters dropped, for the history; flushed with each request. */
  readonly drops?: Pick<DropCounts, 'dropped' | 'flush'> | undefined;
  readonly newId: () => string;
  readonly metrics: Metrics;
}

const MAPPINGS_MAX = 1_000;
/** 500 events may go to as many streams: with more messages than this, one request would outlast the function. */
const MESSAGES_MAX = 5_000;

/** Takes requests to inbound URLs, whose senders have been verified. */
export class Receiver {
  readonly #ports: ReceivePorts;
  readonly #mappings = makeCache<AttributeMapping>(MAPPINGS_MAX);

  constructor(ports: ReceivePorts) {
    this.#ports = ports;
  }

  /**
   * Accepted: the queue has taken every delivery of the request, and filter failures are stored. After any other
   * outcome the queue may have taken some: the sender repeats the request with the same ids.
   */
  async receive(subscription: WebhookSubscription, request: InboundRequest): Promise<PublishOutcome> {
    const { routing, deliveries, queue, retention, drops, clock, newId, metrics } = this.#ports;
    const nowMs = clock.now();
    const reading = readInbound(subscription, request, {
      nowMs,
      newId,
      bodyBytesMax: queue.limits.messageBytesMax,
      typeMapping: this.#mapping(subscription.typeMapping),
      idMapping: this.#mapping(subscription.idMapping),
    });
    if (!reading.ok) return reading.refusal;
    const table = await routing.forSubscription(subscription.appId, subscription.id);
    const messages: OutgoingMessage[] = [];
    const failures: RouteFailure[] = [];
    const dropped: { readonly stream: Stream; readonly event: Event }[] = [];
    for (const event of reading.events) {
      const routed = routeEvent(table, event);
      messages.push(...routed.messages);
      failures.push(...routed.failures);
      for (const stream of routed.dropped) dropped.push({ stream, event });
      if (messages.length > MESSAGES_MAX) {
        return {
          kind: 'too-large',
          message: `expected a request that makes at most ${MESSAGES_MAX} deliveries, found more: send fewer events at once`,
        };
      }
    }
    if (messages.some(({ body }) => !queue.limits.fits(body))) {
      return {
        kind: 'too-large',
        message: `expected an event of at most ${queue.limits.messageBytesMax} bytes with its envelope, found more`,
      };
    }
    const keptMs = failures.length === 0 ? undefined : await retentionOf(retention, subscription.appId);
    await storeRouteFailures(deliveries, failures, nowMs, keptMs);
    countRouteFailures(metrics, failures);
    const refused = (await queue.send(messages)).find((result) => !result.queued);
    if (refused?.queued === false) return { kind: refused.reason ?? 'unavailable', message: refused.message };
    if (dropped.length > 0) metrics.count('EventsFiltered', dropped.length);
    for (const { stream, event } of dropped) drops?.dropped(stream, event);
    drops?.flush();
    await keepEvents(this.#ports, subscription, reading.events);
    return { kind: 'accepted', ids: reading.events.map(({ id }) => id) };
  }

  #mapping(source: string | undefined): AttributeMapping | undefined {
    if (source === undefined) return undefined;
    const known = this.#mappings.get(source);
    if (known !== undefined) return known;
    const compiled = compileAttribute(source);
    // The mapping compiled when it was stored; should the language have changed since, its events are refused with the
    // reason.
    const { mapping } = compiled.ok
      ? compiled
      : { mapping: { run: () => ({ ok: false, message: compiled.message }) as const } };
    this.#mappings.set(source, mapping);
    return mapping;
  }
}
