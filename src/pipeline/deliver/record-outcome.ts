import type { Clock } from '../../base/clock.ts';
import type { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { unreachable } from '../../base/unreachable.ts';
import {
  ATTEMPT_MESSAGE_LENGTH_MAX,
  ATTEMPTS_KEPT_MAX,
  type Attempt,
  type Delivery,
  dueNow,
  ended,
  isOpen,
  SWEEP_GRACE_MS,
  withAttempt,
} from '../../domain/deliveries/delivery.ts';
import { retryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import type { SendFailure, SendOutcome } from '../../domain/deliveries/destination.ts';
import { retryDelayMs } from '../../domain/deliveries/retry-policy.ts';
import { parseEvent } from '../../domain/events/event.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { refuse } from '../../domain/refusal.ts';
import { updateRecord } from '../../domain/update-record.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { type AttemptEnding, countAttempt } from './attempt-metrics.ts';

/** A delivery under way in this batch. */
export interface Job {
  readonly messageId: string;
  readonly sentAtMs: number | undefined;
  readonly deliveryId: string;
  readonly eventJson: string;
  readonly publication: Publication;
  readonly subscriptionId: string | undefined;
  /** The stored record, if there is one: it failed before. */
  readonly record: Delivery | undefined;
}

export interface RecordOutcomePorts {
  readonly publications: PublicationStore;
  readonly deliveries: Pick<DeliveryStore, 'create' | 'get' | 'update' | 'remove'>;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** A parked delivery is looked at again after so long, in case its publication was resumed and nobody told it. */
const PARKED_LOOK_AGAIN_MS = 6 * 3_600_000;

/** What becomes of deliveries in the store once `deliver` has looked at them. */
export class OutcomeRecorder {
  readonly #ports: RecordOutcomePorts;
  readonly #forgetPublication: (publicationId: string) => void;

  /** @param forgetPublication called when what is known of a publication turns out to be old */
  constructor(ports: RecordOutcomePorts, forgetPublication: (publicationId: string) => void) {
    this.#ports = ports;
    this.#forgetPublication = forgetPublication;
  }

  /** Stores what is to be stored, in its turn, and logs the attempt. */
  async record(job: Job, outcome: SendOutcome, atMs: number, storing: ConcurrencyLimit): Promise<void> {
    const attempt = attemptOf(outcome, atMs);
    if (outcome.kind === 'delivered' && job.record === undefined) {
      // Delivered at the first attempt: nothing is stored or even parsed, which is what makes the steady state cheap.
      this.#tellAttempt(job, attempt, 'delivered', 1);
      return;
    }
    await storing.run(() => this.#store(job, outcome, attempt));
  }

  async #store(job: Job, outcome: SendOutcome, attempt: Attempt): Promise<void> {
    const record = withAttempt(job.record ?? newRecord(job, attempt.atMs), attempt);
    let ending: AttemptEnding = outcome.kind;
    switch (outcome.kind) {
      case 'delivered':
        await this.#endDelivered(record, attempt);
        break;
      case 'rejected':
        await this.end(record, 'rejected', job);
        break;
      case 'disabled':
        await this.#disable(job.publication, outcome);
        await this.releaseIfResumed(await this.#park(record, job));
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
      const { record, sentAtMs } = job;
      // Two metrics: how late we are ourselves must not hide behind targets that were down for hours.
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
      await this.end(record, 'exhausted', job);
      return 'exhausted';
    }
    const nowMs = clock.now();
    const nextAttemptAtMs = nowMs + delayMs;
    const fitsQueue = delayMs <= queue.limits.delaySecondsMax * 1_000;
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

  /** Answers the record as stored; nothing when another write came first. */
  park(job: Job): Promise<readonly Delivery[]> {
    return this.#park(job.record ?? newRecord(job, this.#ports.clock.now()), job);
  }

  async #park(record: Delivery, job: Job): Promise<readonly Delivery[]> {
    const sweepAtMs = this.#ports.clock.now() + PARKED_LOOK_AGAIN_MS;
    const saved = await this.#save(
      { ...record, status: 'parked', nextAttemptAtMs: undefined, sweepAtMs },
      job,
    );
    if (saved === undefined) return [];
    this.#ports.metrics.count('Parked');
    return [saved];
  }

  /**
   * What we knew of the publication when we parked these may be some seconds old: it may have been resumed, and its parked
   * deliveries released, just before.
   */
  async releaseIfResumed(parked: readonly Delivery[]): Promise<void> {
    const [first] = parked;
    if (first === undefined) return;
    const { publications, clock, queue } = this.#ports;
    const current = await publications.get(first.appId, first.publicationName);
    if (current?.id !== first.publicationId || current.state !== 'active') return;
    this.#forgetPublication(first.publicationId);
    const released = await sideBySide(parked, DELIVERIES_WRITTEN_AT_ONCE_MAX, (record) =>
      this.#save(dueNow(record, clock.now())),
    );
    await queue.send(released.filter((record) => record !== undefined).map(retryMessage));
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

  async end(record: Delivery, status: 'rejected' | 'exhausted' | 'discarded', job?: Job): Promise<void> {
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
          : { ...current, state: 'disabled', stateReason: failure.message, releaseAtMs: undefined },
      write: (current) => publications.update(current),
      missing: id,
    });
    this.#forgetPublication(id);
    if (disabled.kind === 'updated') log.write('PUBLICATION_DISABLED', { appId, publication: name });
  }
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
