import type { Clock } from '../../base/clock.ts';
import { unreachable } from '../../base/unreachable.ts';
import { type AppRetention, retentionOf } from '../../domain/apps/retention.ts';
import {
  type Delivery,
  deliveryId,
  ended,
  filterFailure,
  isOpen,
  orderFailure,
  withAttempt,
} from '../../domain/deliveries/delivery.ts';
import {
  laneRetryMessage,
  parseDeliveryMessage,
  type RetryDelivery,
} from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import type { DeliveryStore, StoredDelivery } from '../../domain/deliveries/delivery-store.ts';
import { isHeld, laneId } from '../../domain/deliveries/lane.ts';
import { eventJson, parseEvent } from '../../domain/events/event.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import type { ReceivedMessage } from '../../domain/queues/received-message.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { DropCounts } from '../route/drop-counts.ts';
import { countFailures } from '../route/failure-metrics.ts';
import type { OrderKeyOutcome } from '../route/order-key.ts';
import type { Route, RoutingTables } from '../route/route.ts';
import type { DeliveryJob } from './delivery-job.ts';
import type { DeliveryRecords } from './delivery-records.ts';
import type { LaneKeeper } from './lanes.ts';
import type { PublicationCache } from './publication-cache.ts';
import { withSequence } from './stream-sequence.ts';
import { Successors } from './successors.ts';

/** The parts of a received message that are read. */
export type QueuedMessage = Pick<ReceivedMessage, 'id' | 'body'> & Partial<Pick<ReceivedMessage, 'sentAtMs'>>;

export interface ReadPorts {
  readonly deliveries: Pick<DeliveryStore, 'get'>;
  readonly publications: Pick<PublicationStore, 'get'>;
  readonly queue: DeliveryQueue;
  readonly routing: RoutingTables;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly drops?: Pick<DropCounts, 'dropped'> | undefined;
  readonly retention?: Pick<AppRetention, 'of'> | undefined;
}

/** Turns a message into jobs, and ends the deliveries that must no longer be sent. */
export class MessageReader {
  readonly #ports: ReadPorts;
  readonly #records: DeliveryRecords;
  readonly #publications: PublicationCache;
  readonly #successors: Successors;
  readonly #lanes: LaneKeeper;
  #places = 0;

  constructor(ports: ReadPorts, records: DeliveryRecords, publications: PublicationCache, lanes: LaneKeeper) {
    this.#ports = ports;
    this.#records = records;
    this.#publications = publications;
    this.#successors = new Successors(ports.publications, ports.clock);
    this.#lanes = lanes;
  }

  /**
   * Returns no jobs if nothing is to be sent. Throws `DeliveryMessageError` or `EventFormatError` if nobody can read
   * the message.
   */
  async read(message: QueuedMessage): Promise<readonly DeliveryJob[]> {
    const parsed = parseDeliveryMessage(message.body);
    if (parsed.kind === 'retry') return this.#retryJobs(message, parsed);
    const { appId, publicationName, publicationId, subscriptionId, laneId, eventJsons } = parsed;
    // Places are taken before the first await: messages are read concurrently.
    const place = this.#places;
    this.#places += eventJsons.length;
    const { id, sentAtMs } = message;
    const publication =
      (await this.#publications.get(appId, publicationName, publicationId)) ??
      // The publish URL may have cached the publication from before it was deleted and recreated: the event is meant
      // for its name.
      (subscriptionId === undefined && sentAtMs !== undefined
        ? await this.#successors.of(appId, publicationName, sentAtMs)
        : undefined);
    if (publication === undefined) {
      this.#reportDropped(appId, publicationId, eventJsons.length);
      return [];
    }
    return eventJsons.map((eventJson, index) => {
      const key = eventKey(eventJson);
      return {
        messageId: id,
        sentAtMs,
        place: place + index,
        deliveryId: deliveryId(publication.id, subscriptionId, key),
        eventId: key.id,
        eventJson,
        publication,
        subscriptionId,
        laneId,
        record: undefined,
      };
    });
  }

  async #retryJobs(received: QueuedMessage, message: RetryDelivery): Promise<readonly DeliveryJob[]> {
    const stored = await this.#ports.deliveries.get(message.appId, message.deliveryId);
    if (stored === undefined) return [];
    const { delivery: record } = stored;
    if (isHeld(record)) {
      await this.#lanes.takeBack(record);
      return [];
    }
    const job = await this.#storedJob(received, message, stored);
    if (job !== undefined) return [job];
    // The delivery has ended, and others may wait behind it.
    if (record.lane !== undefined) await this.#lanes.advance(record.appId, record.lane.id);
    return [];
  }

  async #storedJob(
    { id, sentAtMs }: QueuedMessage,
    message: RetryDelivery,
    { delivery: record, eventJson: storedJson }: StoredDelivery,
  ): Promise<DeliveryJob | undefined> {
    // The delivery was discarded, ended or rescheduled after this message was queued: nothing to do.
    if (!isOpen(record) || record.nextAttemptAtMs !== message.dueAtMs) return undefined;
    const { appId, publicationId, publicationName, subscriptionId } = record;
    const publication = await this.#publications.get(appId, publicationName, publicationId);
    if (publication === null) {
      this.#reportDropped(appId, publicationId, 1);
      await this.#discard(record);
      return undefined;
    }
    const isActive = publication.state === 'active';
    // The sweep queues parked deliveries too. During a drain they have to wait for their turn, because a drain has a
    // rate.
    if (isActive && publication.releaseAtMs !== undefined && record.status === 'parked') return undefined;
    // A delivery that will be parked again runs through the filter when it is released.
    const rerouted =
      record.stage !== 'send' && isActive
        ? await this.#routeAgain(record, storedJson, message.laneId)
        : storedJson;
    if (rerouted === undefined) return undefined;
    const toSend = record.lane === undefined ? rerouted : withSequence(rerouted, record.lane.sequence);
    const replayed =
      record.replayedAtMs === undefined ? undefined : new Date(record.replayedAtMs).toISOString();
    return {
      messageId: id,
      sentAtMs,
      deliveryId: record.id,
      eventId: record.eventId,
      eventJson: replayed === undefined ? toSend : eventJson({ ...parseEvent(toSend), replayed }),
      replayed,
      publication,
      subscriptionId,
      laneId: message.laneId,
      record,
    };
  }

  /**
   * Applies the stream's current filter to the event. Undefined if that ended the delivery, or if the delivery first
   * has to get its place in a lane.
   * @param laneId the lane in which it gets its place now
   */
  async #routeAgain(
    record: Delivery,
    eventJson: string,
    laneId: string | undefined,
  ): Promise<string | undefined> {
    const { routing, metrics } = this.#ports;
    const table = await routing.forSubscription(record.appId, record.subscriptionId ?? '');
    const route = table.routes.find(({ stream }) => stream.publicationId === record.publicationId);
    if (route === undefined) {
      metrics.count('Dropped');
      await this.#discard(record);
      return undefined;
    }
    const filtered = await this.#filterAgain(record, eventJson, route);
    if (filtered === undefined || record.lane !== undefined || laneId !== undefined) return filtered;
    if (route.orderKey === undefined) return filtered;
    await this.#putIntoLane(record, route.stream, route.orderKey(parseEvent(eventJson)));
    return undefined;
  }

  /**
   * Sends the delivery through the FIFO queue, behind what is already there, so that nothing of its lane is sent at the
   * same time.
   */
  async #putIntoLane(record: Delivery, stream: Stream, key: OrderKeyOutcome): Promise<void> {
    if (key.kind === 'found') {
      const lane = laneId(stream.subscriptionId, stream.publicationId, key.key);
      // If the queue refuses the message, the sweep finds the record.
      await this.#ports.queue.send([laneRetryMessage(record, lane)]);
      return;
    }
    countFailures(this.#ports.metrics, 'order', 1);
    const nowMs = this.#ports.clock.now();
    await this.#records.update(
      ended(withAttempt(record, orderFailure(key.message, nowMs)), 'rejected', nowMs),
    );
  }

  async #filterAgain(record: Delivery, eventJson: string, route: Route): Promise<string | undefined> {
    const { clock, metrics } = this.#ports;
    if (route.filter === null) return eventJson;
    const outcome = route.filter.apply(parseEvent(eventJson));
    switch (outcome.kind) {
      case 'unchanged':
        return eventJson;
      case 'changed':
        return outcome.json;
      case 'dropped':
        metrics.count('EventsFiltered');
        this.#ports.drops?.dropped(route.stream, parseEvent(eventJson));
        await this.#discard(record);
        return undefined;
      case 'failed': {
        countFailures(metrics, 'filter', 1);
        const nowMs = clock.now();
        await this.#records.update(
          ended(
            withAttempt(record, filterFailure(outcome.message, nowMs)),
            'rejected',
            nowMs,
            await retentionOf(this.#ports.retention, record.appId),
          ),
        );
        return undefined;
      }
      default:
        return unreachable(outcome);
    }
  }

  async #discard(record: Delivery): Promise<void> {
    const { clock, retention } = this.#ports;
    const keptMs = await retentionOf(retention, record.appId);
    await this.#records.update(ended(record, 'discarded', clock.now(), keptMs));
  }

  #reportDropped(appId: string, publicationId: string, count: number): void {
    this.#ports.metrics.count('Dropped', count);
    this.#ports.log.write('DELIVERY_DROPPED', { appId, publicationId, count });
  }
}

const EVENT_KEY = /^\{"specversion":"1\.0","id":"([^"\\\p{Cc}]*)","source":"([^"\\\p{Cc}]*)"[,}]/u;

/**
 * The source and id of an event. `eventJson` writes them first, so that up to a megabyte of JSON need not be parsed for
 * them. An event that somebody else wrote is parsed, and so is one with an escape sequence in them.
 */
function eventKey(eventJson: string): { readonly source: string; readonly id: string } {
  const [, id, source] = EVENT_KEY.exec(eventJson) ?? [];
  return id === undefined || source === undefined ? parseEvent(eventJson) : { id, source };
}
