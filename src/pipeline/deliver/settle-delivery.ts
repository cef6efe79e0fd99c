import type { Clock } from '../../base/clock.ts';
import type { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { unreachable } from '../../base/unreachable.ts';
import { type Announcements, isOperational } from '../../domain/announcements/announcement.ts';
import { type AppRetention, retentionOf } from '../../domain/apps/retention.ts';
import { type Delivery, dueNow, parked } from '../../domain/deliveries/delivery.ts';
import { retryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import type { AttemptOutcome } from '../../domain/deliveries/destination.ts';
import type { AttemptIndex } from '../../domain/history/attempt-index.ts';
import { entryFields } from '../../domain/history/history-entry.ts';
import type { HistoryStore } from '../../domain/history/history-store.ts';
import { isListeners } from '../../domain/listeners/listener.ts';
import { isSending } from '../../domain/publications/breaker-rules.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { refuse } from '../../domain/refusal.ts';
import { updateRecord } from '../../domain/update-record.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { announceProgress } from './announce-progress.ts';
import { attemptEntry, keptAttempt } from './attempt-history.ts';
import { type AttemptEnding, countAttempt } from './attempt-metrics.ts';
import { type Decision, decideOutcome } from './decide-outcome.ts';
import { type DeliveryJob, keptRecordOf, recordOf } from './delivery-job.ts';
import type { DeliveryRecords } from './delivery-records.ts';
import type { PublicationCache } from './publication-cache.ts';
import type { PublicationHealth } from './publication-health.ts';

export interface SettlePorts {
  readonly publications: PublicationStore;
  readonly deliveries: Pick<DeliveryStore, 'get' | 'update'>;
  readonly queue: DeliveryQueue;
  readonly announcements: Announcements;
  readonly history?: Pick<HistoryStore, 'record'> | undefined;
  /** For publications whose owner enables it, where the log is the history. */
  readonly attemptIndex?: Pick<AttemptIndex, 'record'> | undefined;
  readonly retention?: Pick<AppRetention, 'of'> | undefined;
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Applies the outcome of an attempt to the record, the queue, the publication and the metrics. */
export class DeliverySettler {
  readonly #ports: SettlePorts;
  readonly #records: DeliveryRecords;
  readonly #publications: PublicationCache;
  readonly #health: PublicationHealth;
  readonly #storingOf: (job: DeliveryJob) => ConcurrencyLimit;

  /** @param storingOf limits how many deliveries of the job's app are written at once */
  constructor(
    ports: SettlePorts,
    records: DeliveryRecords,
    publications: PublicationCache,
    health: PublicationHealth,
    storingOf: (job: DeliveryJob) => ConcurrencyLimit,
  ) {
    this.#ports = ports;
    this.#records = records;
    this.#publications = publications;
    this.#health = health;
    this.#storingOf = storingOf;
  }

  /**
   * @param startedAtMs when the attempt began
   * @returns undefined if it has finished synchronously
   */
  settle(job: DeliveryJob, outcome: AttemptOutcome, startedAtMs: number): Promise<void> | undefined {
    if (outcome.kind === 'delivered' && job.record === undefined) {
      // Nothing is stored, and the event is not even parsed: this makes the steady state cheap.
      this.#report(job, outcome, 'delivered', 1);
      return this.#health.delivered(job);
    }
    return this.#storingOf(job).run(() => this.#settleStored(job, outcome, startedAtMs));
  }

  async #settleStored(job: DeliveryJob, outcome: AttemptOutcome, startedAtMs: number): Promise<void> {
    const { clock, random, queue, announcements } = this.#ports;
    const delivery = outcome.kind === 'kept' ? keptRecordOf(job, startedAtMs) : recordOf(job, startedAtMs);
    const keptMs = await retentionOf(this.#ports.retention, delivery.appId);
    // The publication is disabled before its delivery is parked: after a crash in between, the message is received
    // again, and nothing is disabled twice.
    if (outcome.kind === 'disabled') await this.#disable(job.publication, delivery, outcome);
    const decide = (current: Delivery) =>
      decideOutcome(current, outcome, {
        startedAtMs,
        nowMs: clock.now(),
        random: random(),
        retryDelaysMs: job.publication.retryDelaysMs,
        delaySecondsMax: queue.limits.delaySecondsMax,
        isProbe: job.probeOf !== undefined,
        keptMs,
      });
    const decision = decide(delivery);
    const stored = await this.#store(job, decision.record);
    if (stored !== undefined) await this.#followUp(decision, stored);
    else if (decision.ending === 'delivered') await this.#overrule(delivery, decide);
    const { ending, record } = decision;
    this.#report(job, outcome, ending, record.attemptCount);
    await this.#health.attempted({ job, record, ending, outcome, startedAtMs });
    if ((ending === 'retry' || ending === 'exhausted') && !isListeners(job.publication)) {
      await announceProgress(announcements, job.publication, record);
    }
  }

  /** The record is written before the message: if the process dies in between, the schedule finds the record. */
  async #followUp({ ending, retryDelaySeconds }: Decision, stored: Delivery): Promise<void> {
    switch (ending) {
      case 'retry':
        // If the queue refuses the message, the schedule finds the record.
        if (retryDelaySeconds !== undefined) {
          await this.#ports.queue.send([{ ...retryMessage(stored), delaySeconds: retryDelaySeconds }]);
        }
        return;
      case 'disabled':
      case 'parked':
        this.#ports.metrics.count('Parked');
        await this.releaseIfResumed([stored]);
        return;
      case 'delivered':
      case 'kept':
      case 'rejected':
      case 'exhausted':
        return;
      default:
        unreachable(ending);
    }
  }

  /**
   * Somebody retried, discarded or swept the delivery during the attempt, but the target has taken the event all the
   * same.
   */
  async #overrule({ appId, id }: Delivery, decide: (current: Delivery) => Decision): Promise<void> {
    const { deliveries } = this.#ports;
    await updateRecord<Delivery>({
      read: async () => (await deliveries.get(appId, id))?.delivery,
      change: (current) => decide(current).record,
      write: (current) => deliveries.update(current),
      missing: id,
    });
  }

  /** Parks the delivery; returns the record as it is stored, or undefined if another write came first. */
  async park(job: DeliveryJob): Promise<Delivery | undefined> {
    const nowMs = this.#ports.clock.now();
    const stored = await this.#store(job, parked(recordOf(job, nowMs), nowMs));
    if (stored !== undefined) this.#ports.metrics.count('Parked');
    return stored;
  }

  /**
   * The publication's state that these deliveries were parked by may be some seconds old. If it was resumed in that
   * time, the drain may have looked for parked deliveries before these were stored.
   */
  async releaseIfResumed(deliveries: readonly Delivery[]): Promise<void> {
    const [first] = deliveries;
    if (first === undefined) return;
    const { publications, clock, queue } = this.#ports;
    const current = await publications.get(first.appId, first.publicationName);
    if (current?.id !== first.publicationId || !isSending(current)) return;
    this.#publications.forget(first.publicationId);
    const released = await sideBySide(deliveries, DELIVERIES_WRITTEN_AT_ONCE_MAX, (record) =>
      this.#records.update(dueNow(record, clock.now())),
    );
    await queue.send(released.filter((record) => record !== undefined).map(retryMessage));
  }

  #store(job: DeliveryJob, record: Delivery): Promise<Delivery | undefined> {
    return job.record === undefined
      ? this.#records.create(record, job.eventJson)
      : this.#records.update(record);
  }

  async #disable(
    { appId, id, name }: Publication,
    delivery: Delivery,
    { reason = 'gone', message }: AttemptOutcome & { readonly kind: 'disabled' },
  ): Promise<void> {
    const { publications, announcements, clock, log } = this.#ports;
    const disabled = await updateRecord<Publication>({
      read: () => publications.get(appId, id),
      change: (current) =>
        current.state === 'disabled'
          ? refuse('publication-not-active', message)
          : {
              ...current,
              state: 'disabled',
              stateReason: message,
              releaseAtMs: undefined,
              breaker: undefined,
            },
      write: (current) => publications.update(current),
      missing: id,
    });
    this.#publications.forget(id);
    if (disabled.kind !== 'updated') return;
    log.write('PUBLICATION_DISABLED', { appId, publication: name, reason });
    if (isOperational(delivery.eventType)) return;
    await announcements.announce({
      appId,
      type: 'com.sluice.publication.disabled',
      key: [id, reason, disabled.record.version],
      subject: name,
      atMs: clock.now(),
      data: { publication: { id, name }, reason, message },
    });
  }

  /** Writes the attempt's one log line and its metrics. */
  #report(job: DeliveryJob, outcome: AttemptOutcome, ending: AttemptEnding, attemptCount: number): void {
    const { log, metrics, clock, history, attemptIndex } = this.#ports;
    const nowMs = clock.now();
    const errorId = 'errorId' in outcome ? outcome.errorId : undefined;
    // Events that a laptop missed while it slept are nobody else's failure: the listener is told, and no alarm goes
    // off.
    if (ending !== 'exhausted' || !isListeners(job.publication)) countAttempt(metrics, ending, errorId);
    if (ending === 'delivered') {
      const { record, sentAtMs } = job;
      // Two metrics, because our own delay must not hide behind targets that were down for hours.
      if (record !== undefined) metrics.measure('DeliveryTimeAfterRetry', nowMs - record.createdAtMs);
      else if (sentAtMs !== undefined) metrics.measure('DeliveryTime', nowMs - sentAtMs);
    }
    const entry = attemptEntry(job, outcome, ending, attemptCount, nowMs);
    log.write('DELIVERY_ATTEMPTED', entryFields(entry));
    history?.record(keptAttempt(entry, job, outcome));
    if (job.publication.attemptsIndexedSinceMs !== undefined) attemptIndex?.record(entry);
  }
}
