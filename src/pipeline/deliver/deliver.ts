import { LookupCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import { unreachable } from '../../base/unreachable.ts';
import {
  ATTEMPT_MESSAGE_LENGTH_MAX,
  type Delivery,
  deliveryId,
  isOpen,
  withAttempt,
} from '../../domain/deliveries/delivery.ts';
import {
  DeliveryMessageError,
  type FirstDelivery,
  parseDeliveryMessage,
  type RetryDelivery,
} from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import type { Destination } from '../../domain/deliveries/destination.ts';
import { EventFormatError, parseEvent } from '../../domain/events/event.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import type { ReceivedMessage } from '../../domain/queues/received-message.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { BatchOutcome } from '../end-batch.ts';
import { countFilterFailures } from '../route/filter-metrics.ts';
import type { RoutingTables } from '../route/route.ts';
import { type Job, OutcomeRecorder } from './record-outcome.ts';

/** What `deliver` needs of the world. */
export interface DeliverPorts {
  readonly publications: PublicationStore;
  readonly deliveries: Pick<DeliveryStore, 'create' | 'get' | 'update' | 'remove'>;
  readonly queue: DeliveryQueue;
  readonly routing: RoutingTables;
  readonly destinations: { readonly [P in Publication['platform']]: Destination };
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Told of a message as soon as all of it is ended; its batch may take longer. Not of one that is to be given again. */
  readonly onMessageDone?: ((messageId: string) => void) | undefined;
}

/** What is read of a message. */
type QueuedMessage = Pick<ReceivedMessage, 'messageId' | 'body'> & Partial<Pick<ReceivedMessage, 'sentAtMs'>>;

/** How old a publication's state may be when something is sent to it: a pause takes effect within this time. */
const PUBLICATION_CACHED_MS = 5_000;
const PUBLICATIONS_CACHED_MAX = 10_000;

/** What one call of `deliver` has to do. */
class Batch {
  readonly failed = new Set<string>();
  readonly unreadable = new Map<string, string>();
  /** How many jobs of each message are left. */
  readonly openJobs = new Map<string, number>();
  /** Of this batch alone: the backlog of one publication does not hold up what other batches have to store. */
  readonly storing = new ConcurrencyLimit(DELIVERIES_WRITTEN_AT_ONCE_MAX);
}

/** What a step is about. */
interface Guarded {
  readonly messageId: string;
  /** Where it is about one event of the message. */
  readonly eventJson?: string;
}

/** The use case behind `functions/deliver`: takes a batch, answers which messages did not end, and why. */
export class Deliverer {
  readonly #ports: DeliverPorts;
  readonly #publications: LookupCache<{ readonly publication: Publication | undefined }>;
  readonly #outcomes: OutcomeRecorder;

  constructor(ports: DeliverPorts) {
    this.#ports = ports;
    this.#publications = new LookupCache(PUBLICATIONS_CACHED_MAX, {
      clock: ports.clock,
      ageMsMax: PUBLICATION_CACHED_MS,
    });
    this.#outcomes = new OutcomeRecorder(ports, (publicationId) => this.#publications.forget(publicationId));
  }

  async deliver(messages: readonly QueuedMessage[]): Promise<BatchOutcome> {
    const batch = new Batch();
    const jobs: Job[] = [];
    await Promise.all(
      messages.map((message) =>
        this.#guard([message], batch, async () => {
          const own = await this.#jobsOf(message);
          jobs.push(...own);
          batch.openJobs.set(message.messageId, own.length);
          if (own.length === 0) this.#ports.onMessageDone?.(message.messageId);
        }),
      ),
    );
    const work: Promise<void>[] = [];
    for (const group of Map.groupBy(jobs, (job) => job.publication.id).values()) {
      const publication = group[0]?.publication;
      if (publication?.state !== 'active') {
        work.push(this.#parkAll(group, batch));
        continue;
      }
      // All at once, however many: a target that hangs then holds this batch for one timeout and not for many.
      const { batchMax } = this.#ports.destinations[publication.platform];
      for (let start = 0; start < group.length; start += batchMax) {
        work.push(this.#sendBatch(group.slice(start, start + batchMax), batch));
      }
    }
    await Promise.all(work);
    const { failed, unreadable } = batch;
    return { failed, unreadable };
  }

  /** One of its jobs is ended. One that fails does not come here, so that its message never counts as done. */
  #endJob({ messageId }: Job, { openJobs }: Batch): void {
    const left = (openJobs.get(messageId) ?? 0) - 1;
    openJobs.set(messageId, left);
    if (left === 0) this.#ports.onMessageDone?.(messageId);
  }

  /** Runs the step. What it throws is unexpected, and the messages are given again, but for those that nobody can read. */
  async #guard(messages: readonly Guarded[], batch: Batch, step: () => Promise<void>): Promise<void> {
    const { log } = this.#ports;
    try {
      await step();
    } catch (error) {
      const idsOf = (of: readonly Guarded[]) => new Set(of.map(({ messageId }) => messageId));
      const unreadable = idsOf(isUnreadable(error) ? brokenOf(messages) : []);
      for (const messageId of unreadable) {
        batch.unreadable.set(messageId, error instanceof Error ? error.message : String(error));
        log.write('DELIVERY_MESSAGE_UNREADABLE', { messageId, ...describeError(error) });
      }
      for (const messageId of idsOf(messages)) {
        if (unreadable.has(messageId)) continue;
        batch.failed.add(messageId);
        log.write('DELIVERY_FAILED_UNEXPECTEDLY', { messageId, ...describeError(error) });
      }
    }
  }

  async #jobsOf(message: QueuedMessage): Promise<readonly Job[]> {
    const parsed = parseDeliveryMessage(message.body);
    switch (parsed.kind) {
      case 'first':
        return this.#firstJobs(message, parsed);
      case 'retry':
        return this.#retryJobs(message, parsed);
      default:
        return unreachable(parsed);
    }
  }

  async #firstJobs({ messageId, sentAtMs }: QueuedMessage, message: FirstDelivery): Promise<readonly Job[]> {
    const publication = await this.#publication(
      message.appId,
      message.publicationName,
      message.publicationId,
    );
    if (publication === undefined) {
      this.#logDropped(message.appId, message.publicationId, message.eventJsons.length);
      return [];
    }
    const { subscriptionId } = message;
    return message.eventJsons.map((eventJson) => ({
      messageId,
      sentAtMs,
      deliveryId: deliveryId(publication.id, subscriptionId, eventKey(eventJson)),
      eventJson,
      publication,
      subscriptionId,
      record: undefined,
    }));
  }

  async #retryJobs({ messageId, sentAtMs }: QueuedMessage, message: RetryDelivery): Promise<readonly Job[]> {
    const stored = await this.#ports.deliveries.get(message.appId, message.deliveryId);
    // Discarded, ended or planned anew since this message was queued: nothing to do.
    if (
      stored === undefined ||
      !isOpen(stored.delivery) ||
      stored.delivery.nextAttemptAtMs !== message.dueAtMs
    ) {
      return [];
    }
    const record = stored.delivery;
    const publication = await this.#publication(record.appId, record.publicationName, record.publicationId);
    if (publication === undefined) {
      this.#logDropped(record.appId, record.publicationId, 1);
      await this.#outcomes.end(record, 'discarded');
      return [];
    }
    // The sweep looks at what is parked, too. It has its turn in the drain, and the drain has a rate.
    const isDraining = publication.state === 'active' && publication.releaseAtMs !== undefined;
    if (isDraining && record.status === 'parked') return [];
    const job = {
      messageId,
      sentAtMs,
      deliveryId: record.id,
      eventJson: stored.eventJson,
      publication,
      subscriptionId: record.subscriptionId,
      record,
    };
    // What is parked again runs through the filter when its time comes.
    if (record.stage === 'send' || publication.state !== 'active') return [job];
    const refiltered = await this.#filterAgain(record, stored.eventJson);
    return refiltered === undefined ? [] : [{ ...job, eventJson: refiltered }];
  }

  /** The event as the stream's filter gives it now; undefined when the filter ended the delivery. */
  async #filterAgain(record: Delivery, eventJson: string): Promise<string | undefined> {
    const { routing, clock, metrics } = this.#ports;
    const table = await routing.forSubscription(record.appId, record.subscriptionId ?? '');
    const route = table.routes.find((each) => each.stream.publicationId === record.publicationId);
    if (route === undefined) {
      metrics.count('Dropped');
      await this.#outcomes.end(record, 'discarded');
      return undefined;
    }
    if (route.filter === null) return eventJson;
    const outcome = route.filter.apply(parseEvent(eventJson));
    switch (outcome.kind) {
      case 'unchanged':
        return eventJson;
      case 'changed':
        return outcome.json;
      case 'dropped':
        metrics.count('EventsFiltered');
        await this.#outcomes.end(record, 'discarded');
        return undefined;
      case 'failed':
        countFilterFailures(metrics, 1);
        await this.#outcomes.end(
          withAttempt(record, {
            atMs: clock.now(),
            durationMs: 0,
            errorId: 'filter-failed',
            message: outcome.message.slice(0, ATTEMPT_MESSAGE_LENGTH_MAX),
          }),
          'rejected',
        );
        return undefined;
      default:
        return unreachable(outcome);
    }
  }

  async #sendBatch(jobs: readonly Job[], batch: Batch): Promise<void> {
    const publication = jobs[0]?.publication;
    if (publication === undefined) return;
    const { destinations, clock } = this.#ports;
    const startedAtMs = clock.now();
    await this.#guard(jobs, batch, async () => {
      const outcomes = await destinations[publication.platform].send(publication, jobs);
      await Promise.all(
        jobs.map((job, index) =>
          this.#guard([job], batch, async () => {
            const outcome = outcomes[index];
            if (outcome === undefined) throw new Error('expected an outcome for every event of a batch');
            await this.#outcomes.record(job, outcome, startedAtMs, batch.storing);
            this.#endJob(job, batch);
          }),
        ),
      );
    });
  }

  /** Jobs of one publication that is not active. */
  async #parkAll(jobs: readonly Job[], batch: Batch): Promise<void> {
    const parked: Delivery[] = [];
    const done: Job[] = [];
    await Promise.all(
      jobs.map((job) =>
        this.#guard([job], batch, () =>
          batch.storing.run(async () => {
            parked.push(...(await this.#outcomes.park(job)));
            done.push(job);
          }),
        ),
      ),
    );
    await this.#guard(jobs, batch, async () => {
      await this.#outcomes.releaseIfResumed(parked);
      for (const job of done) this.#endJob(job, batch);
    });
  }

  async #publication(appId: string, name: string, id: string): Promise<Publication | undefined> {
    // That it is gone is kept as well: its backlog is dropped without a read for each message.
    const { publication } = await this.#publications.get(id, async () => {
      const found = await this.#ports.publications.get(appId, name);
      // A new publication may have taken the name: what was meant for the old one is not for it.
      return { publication: found?.id === id ? found : undefined };
    });
    return publication;
  }

  #logDropped(appId: string, publicationId: string, count: number): void {
    this.#ports.metrics.count('Dropped', count);
    this.#ports.log.write('DELIVERY_DROPPED', { appId, publicationId, count });
  }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof DeliveryMessageError || error instanceof EventFormatError;
}

/** Of several that were sent together, those whose event cannot be read; one alone it is. */
function brokenOf(messages: readonly Guarded[]): readonly Guarded[] {
  if (messages.length === 1) return messages;
  return messages.filter(({ eventJson }) => {
    if (eventJson === undefined) return false;
    try {
      parseEvent(eventJson);
      return false;
    } catch {
      // The answer to the question; the caller logs it.
      return true;
    }
  });
}

const EVENT_KEY = /^\{"specversion":"1\.0","id":("(?:[^"\\]|\\.)*"),"source":("(?:[^"\\]|\\.)*")[,}]/;

/**
 * Source and id of an event, without parsing what may be a megabyte of JSON: our own writer puts them first. Parses
 * the event when it was written by somebody else.
 */
function eventKey(eventJson: string): { readonly source: string; readonly id: string } {
  const match = EVENT_KEY.exec(eventJson);
  if (match?.[1] === undefined || match[2] === undefined) return parseEvent(eventJson);
  return { id: String(JSON.parse(match[1])), source: String(JSON.parse(match[2])) };
}
