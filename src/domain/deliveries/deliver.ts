import type { Clock } from '../../base/clock.ts';
import { Kept } from '../../base/kept.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { parseEvent } from '../events/event.ts';
import type { Publication } from '../publications/publication.ts';
import type { PublicationStore } from '../publications/publication-store.ts';
import { refuse } from '../refusal.ts';
import type { RoutingTables } from '../streams/route.ts';
import { updateRecord } from '../update-record.ts';
import { type AttemptEnding, countAttempt, countFilterFailures } from './attempt-metrics.ts';
import {
  ATTEMPT_MESSAGE_LENGTH_MAX,
  ATTEMPTS_KEPT_MAX,
  type Attempt,
  type Delivery,
  deliveryId,
  dueNow,
  ended,
  SWEEP_GRACE_MS,
} from './delivery.ts';
import {
  DeliveryMessageError,
  type FirstDelivery,
  parseDeliveryMessage,
  type RetryDelivery,
  retryDeliveryBody,
} from './delivery-message.ts';
import { type DeliveryQueue, QUEUE_DELAY_SECONDS_MAX } from './delivery-queue.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { Destination, SendFailure, SendOutcome } from './destination.ts';
import { retryDelayMs } from './retry-policy.ts';

/** What `deliver` needs of the world. */
export interface DeliverPorts {
  readonly publications: PublicationStore;
  readonly deliveries: DeliveryStore;
  readonly queue: DeliveryQueue;
  readonly routing: RoutingTables;
  readonly destinations: { readonly [P in Publication['platform']]: Destination };
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface QueuedMessage {
  /** The queue's id of the message, to report it by. */
  readonly messageId: string;
  readonly body: string;
  /** When the queue took it: the event was accepted. Absent where the queue does not say. */
  readonly sentAtMs?: number | undefined;
}

/** A parked delivery is looked at again after so long, in case its publication was resumed and nobody told it. */
const PARKED_LOOK_AGAIN_MS = 6 * 3_600_000;
/** How old a publication's state may be when something is sent to it: a pause takes effect within this time. */
const PUBLICATION_KEPT_MS = 5_000;
const PUBLICATIONS_KEPT_MAX = 10_000;

/** A delivery under way in this batch. */
interface Job {
  readonly messageId: string;
  readonly sentAtMs: number | undefined;
  readonly deliveryId: string;
  readonly eventJson: string;
  readonly publication: Publication;
  readonly subscriptionId: string | undefined;
  /** The stored record, if there is one: it failed before. */
  readonly record: Delivery | undefined;
}

/** The use case behind `functions/deliver`: takes a batch, answers the ids of the messages to be given again. */
export class Deliverer {
  readonly #ports: DeliverPorts;
  readonly #publications: Kept<{ readonly publication: Publication | undefined }>;

  constructor(ports: DeliverPorts) {
    this.#ports = ports;
    this.#publications = new Kept(ports.clock, PUBLICATION_KEPT_MS, PUBLICATIONS_KEPT_MAX);
  }

  async deliver(messages: readonly QueuedMessage[]): Promise<ReadonlySet<string>> {
    const failed = new Set<string>();
    const jobs: Job[] = [];
    await Promise.all(
      messages.map((message) =>
        this.#guard(message.messageId, failed, async () => {
          jobs.push(...(await this.#jobsOf(message)));
        }),
      ),
    );
    const sends: Promise<void>[] = [];
    for (const group of Map.groupBy(jobs, (job) => job.publication.id).values()) {
      const batchMax = this.#ports.destinations[group[0]?.publication.platform ?? 'webhook'].batchMax;
      for (let start = 0; start < group.length; start += batchMax) {
        sends.push(this.#sendBatch(group.slice(start, start + batchMax), failed));
      }
    }
    await Promise.all(sends);
    return failed;
  }

  /** Runs the step; what it throws is unexpected, and the message is given again. */
  async #guard(messageId: string, failed: Set<string>, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      failed.add(messageId);
      const code =
        error instanceof DeliveryMessageError
          ? 'DELIVERY_MESSAGE_UNREADABLE'
          : 'DELIVERY_FAILED_UNEXPECTEDLY';
      this.#ports.log.write(code, { messageId, error: String(error) });
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
    const jobs = message.eventJsons.map(
      (eventJson): Job => ({
        messageId,
        sentAtMs,
        deliveryId: deliveryId(publication.id, subscriptionId, eventKey(eventJson)),
        eventJson,
        publication,
        subscriptionId,
        record: undefined,
      }),
    );
    if (publication.state === 'active') return jobs;
    await Promise.all(jobs.map((job) => this.#park(newRecord(job, this.#ports.clock.now()), job)));
    return [];
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
      await this.#end(record, 'discarded');
      return [];
    }
    const base = {
      messageId,
      sentAtMs,
      deliveryId: record.id,
      publication,
      subscriptionId: record.subscriptionId,
      record,
    };
    if (publication.state !== 'active') {
      await this.#park(record, { ...base, eventJson: stored.eventJson });
      return [];
    }
    if (record.stage === 'send') return [{ ...base, eventJson: stored.eventJson }];
    const refiltered = await this.#filterAgain(record, stored.eventJson);
    return refiltered === undefined ? [] : [{ ...base, eventJson: refiltered }];
  }

  /** The event as the stream's filter gives it now; undefined when the filter ended the delivery. */
  async #filterAgain(record: Delivery, eventJson: string): Promise<string | undefined> {
    const { routing, clock } = this.#ports;
    const table = await routing.forSubscription(record.appId, record.subscriptionId ?? '');
    const route = table.routes.find((each) => each.stream.publicationId === record.publicationId);
    if (route === undefined) {
      this.#ports.metrics.count('Dropped');
      await this.#end(record, 'discarded');
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
        this.#ports.metrics.count('EventsFiltered');
        await this.#end(record, 'discarded');
        return undefined;
      case 'failed':
        countFilterFailures(this.#ports.metrics, 1);
        await this.#end(
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

  async #sendBatch(jobs: readonly Job[], failed: Set<string>): Promise<void> {
    const publication = jobs[0]?.publication;
    if (publication === undefined) return;
    const { destinations, clock } = this.#ports;
    let outcomes: readonly SendOutcome[];
    const startedAtMs = clock.now();
    try {
      outcomes = await destinations[publication.platform].send(publication, jobs);
    } catch (error) {
      for (const { messageId } of jobs) failed.add(messageId);
      this.#ports.log.write('DELIVERY_FAILED_UNEXPECTEDLY', {
        publicationId: publication.id,
        error: String(error),
      });
      return;
    }
    await Promise.all(
      jobs.map((job, index) =>
        this.#guard(job.messageId, failed, async () => {
          const outcome = outcomes[index];
          if (outcome === undefined) throw new Error('expected an outcome for every event of a batch');
          await this.#settle(job, outcome, startedAtMs);
        }),
      ),
    );
  }

  async #settle(job: Job, outcome: SendOutcome, atMs: number): Promise<void> {
    const attempt = attemptOf(outcome, atMs);
    if (outcome.kind === 'delivered' && job.record === undefined) {
      // Delivered at the first attempt: nothing is stored or even parsed, which is what makes the steady state cheap.
      this.#tellAttempt(job, attempt, 'delivered', 1);
      return;
    }
    const record = withAttempt(job.record ?? newRecord(job, atMs), attempt);
    let ending: AttemptEnding = outcome.kind;
    switch (outcome.kind) {
      case 'delivered':
        await this.#endDelivered(record, attempt);
        break;
      case 'rejected':
        await this.#end(record, 'rejected', job);
        break;
      case 'disabled':
        await this.#disable(job.publication, outcome);
        await this.#park(record, job);
        break;
      case 'retry':
        ending = await this.#retryLater(record, job, outcome.retryAfterMs);
        break;
      default:
        unreachable(outcome);
    }
    this.#tellAttempt(job, attempt, ending, record.attemptCount);
  }

  /** The one line of a delivery attempt, and its numbers. */
  #tellAttempt(job: Job, attempt: Attempt, ending: AttemptEnding, attemptCount: number): void {
    const { log, metrics, clock } = this.#ports;
    countAttempt(metrics, ending, attempt.errorId);
    if (ending === 'delivered') {
      // Two metrics: how late we are ourselves must not hide behind targets that were down for hours.
      const { record, sentAtMs } = job;
      if (record !== undefined) metrics.measure('DeliveryTimeAfterRetry', clock.now() - record.createdAtMs);
      else if (sentAtMs !== undefined) metrics.measure('DeliveryTime', clock.now() - sentAtMs);
    }
    log.write('DELIVERY_ATTEMPTED', {
      appId: job.publication.appId,
      publication: job.publication.name,
      deliveryId: job.deliveryId,
      durationMs: attempt.durationMs,
      status: attempt.status,
      errorId: attempt.errorId,
      outcome: ending,
      attempt: attemptCount,
    });
  }

  async #retryLater(record: Delivery, job: Job, retryAfterMs: number | undefined): Promise<AttemptEnding> {
    const { clock, random, queue } = this.#ports;
    const delayMs = retryDelayMs(record.attemptCount, random(), retryAfterMs, job.publication.retryDelaysMs);
    if (delayMs === undefined) {
      await this.#end(record, 'exhausted', job);
      return 'exhausted';
    }
    const nowMs = clock.now();
    const nextAttemptAtMs = nowMs + delayMs;
    const fitsQueue = delayMs <= QUEUE_DELAY_SECONDS_MAX * 1_000;
    // The record first, the message second: a crash between the two leaves the sweep to find it.
    const saved = await this.#save(
      {
        ...record,
        status: 'waiting',
        nextAttemptAtMs,
        sweepAtMs: fitsQueue ? nextAttemptAtMs + SWEEP_GRACE_MS : nextAttemptAtMs,
        updatedAtMs: nowMs,
      },
      job,
    );
    if (saved !== undefined && fitsQueue) {
      // A refusal needs no answer: the sweep finds the record.
      await queue.send([{ ...retryMessage(saved), delaySeconds: Math.ceil(delayMs / 1_000) }]);
    }
    return 'retry';
  }

  async #park(record: Delivery, job: Job): Promise<void> {
    const { publications, clock, queue, metrics } = this.#ports;
    const sweepAtMs = clock.now() + PARKED_LOOK_AGAIN_MS;
    const saved = await this.#save(
      { ...record, status: 'parked', nextAttemptAtMs: undefined, sweepAtMs },
      job,
    );
    if (saved === undefined) return;
    metrics.count('Parked');
    // What we knew of the publication may be some seconds old: it may have been resumed, and its parked deliveries
    // released, just before this one was parked.
    const current = await publications.get(saved.appId, saved.publicationName);
    if (current?.id !== saved.publicationId || current.state !== 'active') return;
    this.#publications.forget(saved.publicationId);
    const released = await this.#save(dueNow(saved, clock.now()));
    if (released !== undefined) await queue.send([retryMessage(released)]);
  }

  /** Whatever became of the record while the target was at work (retried, discarded, swept): the event was taken. */
  async #endDelivered(record: Delivery, attempt: Attempt): Promise<void> {
    const { deliveries, clock } = this.#ports;
    if ((await this.#save(ended(record, 'delivered', clock.now()))) !== undefined) return;
    const { appId, id } = record;
    await updateRecord<Delivery>({
      read: async () => (await deliveries.get(appId, id))?.delivery,
      change: (current) => ended(withAttempt(current, attempt), 'delivered', clock.now()),
      write: (current) => deliveries.update(current),
      missing: id,
    });
  }

  async #end(record: Delivery, status: 'rejected' | 'exhausted' | 'discarded', job?: Job): Promise<void> {
    await this.#save(ended(record, status, this.#ports.clock.now()), job);
  }

  /** Writes the record, new or changed; answers it with its stored version, or undefined when another write came first. */
  async #save(record: Delivery, job?: Job): Promise<Delivery | undefined> {
    const { deliveries } = this.#ports;
    if (job === undefined || job.record !== undefined) {
      const result = await deliveries.update(record);
      return result === 'updated' ? { ...record, version: record.version + 1 } : undefined;
    }
    if ((await deliveries.create(record, job.eventJson)) === 'created') return record;
    // The same event came before. If that delivery has ended, this one takes its place, with the event as it is now (a
    // filter may have been mended since); if it waits, it goes on. A death between the two steps gives the message again.
    const stored = await deliveries.get(record.appId, record.id);
    if (stored === undefined || isOpen(stored.delivery)) return undefined;
    const renewed: Delivery = {
      ...record,
      attempts: [...stored.delivery.attempts, ...record.attempts].slice(-ATTEMPTS_KEPT_MAX),
      createdAtMs: stored.delivery.createdAtMs,
    };
    await deliveries.remove(record.appId, record.id);
    return (await deliveries.create(renewed, job.eventJson)) === 'created' ? renewed : undefined;
  }

  async #disable({ appId, id, name }: Publication, failure: SendFailure): Promise<void> {
    const { publications, log } = this.#ports;
    const disabled = await updateRecord<Publication>({
      read: () => publications.get(appId, id),
      change: (current) =>
        current.state === 'disabled'
          ? refuse('publication-not-active', failure.message)
          : { ...current, state: 'disabled', stateReason: failure.message },
      write: (current) => publications.update(current),
      missing: id,
    });
    this.#publications.forget(id);
    if (disabled.kind === 'updated') log.write('PUBLICATION_DISABLED', { appId, publication: name });
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

/** The message that tries a stored delivery again. */
export function retryMessage(record: Delivery): { body: string; groupId: string } {
  return {
    body: retryDeliveryBody({
      appId: record.appId,
      publicationId: record.publicationId,
      deliveryId: record.id,
      dueAtMs: record.nextAttemptAtMs,
    }),
    groupId: record.publicationId,
  };
}

/** Neither delivered nor given up. */
function isOpen({ status }: Delivery): boolean {
  return status === 'waiting' || status === 'parked';
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

function newRecord(job: Job, atMs: number): Delivery {
  const event = parseEvent(job.eventJson);
  return {
    id: job.deliveryId,
    appId: job.publication.appId,
    publicationId: job.publication.id,
    publicationName: job.publication.name,
    subscriptionId: job.subscriptionId,
    status: 'waiting',
    stage: 'send',
    eventId: event.id,
    eventType: event.type,
    eventSubject: event.subject,
    attempts: [],
    attemptCount: 0,
    createdAtMs: atMs,
    updatedAtMs: atMs,
    version: 1,
  };
}

function attemptOf(outcome: SendOutcome, atMs: number): Attempt {
  const { durationMs, status } = outcome;
  if (outcome.kind === 'delivered') return { atMs, durationMs, status };
  return {
    atMs,
    durationMs,
    status,
    errorId: outcome.errorId,
    message: outcome.message.slice(0, ATTEMPT_MESSAGE_LENGTH_MAX),
  };
}

function withAttempt(record: Delivery, attempt: Attempt): Delivery {
  return {
    ...record,
    attempts: [...record.attempts, attempt].slice(-ATTEMPTS_KEPT_MAX),
    attemptCount: record.attemptCount + 1,
    updatedAtMs: attempt.atMs,
  };
}
