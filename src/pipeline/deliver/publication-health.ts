import { timeText } from '../../base/calendar.ts';
import type { Clock } from '../../base/clock.ts';
import { type Announcements, isOperational } from '../../domain/announcements/announcement.ts';
import type { Delivery } from '../../domain/deliveries/delivery.ts';
import type { SendOutcome } from '../../domain/deliveries/destination.ts';
import type { BreakerEvidence, BreakerReason } from '../../domain/publications/breaker.ts';
import {
  isClaimHeld,
  isProbeDue,
  withOpenBreaker,
  withProbeClaim,
  withProbeFailed,
  withProbeTaken,
} from '../../domain/publications/breaker-rules.ts';
import { DRAIN_RATE, type Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { updateRecord, writeUnlessChanged } from '../../domain/update-record.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import { type AttemptEnding, failureReason } from './attempt-metrics.ts';
import type { DeliveryJob } from './delivery-job.ts';
import { OutcomeWindows } from './outcome-windows.ts';
import type { PublicationCache } from './publication-cache.ts';

export interface HealthPorts {
  readonly publications: Pick<PublicationStore, 'get' | 'update'>;
  readonly announcements: Announcements;
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly log: Log;
}

/** What an attempt shows about its receiver, apart from the outcome of its delivery. */
export interface AttemptSeen {
  readonly job: DeliveryJob;
  /** The record with the attempt in it. */
  readonly record: Delivery;
  readonly ending: AttemptEnding;
  readonly outcome: SendOutcome;
  readonly startedAtMs: number;
}

/**
 * A single delivery that failed this often over this long, while nothing else was seen to succeed, is as much evidence
 * as many deliveries: this opens the breaker of a publication that has one event a day. A 4xx answer does not count: it
 * may be about this one event.
 */
const FAILED_ALONE = { attemptsMin: 6, forMsMin: 30 * 60_000 } as const;
/** A delivery that has exhausted its own, shorter retry schedule counts as well, after this many attempts. */
const EXHAUSTED_ATTEMPTS_MIN = 3;

/**
 * Moves the breakers of publications on behalf of `deliver`. This worker decides by what it has seen, and carries the
 * decision out by a conditional write to the publication, so that only one of several workers succeeds. While a
 * receiver accepts what it is sent, nothing is read or written here.
 */
export class PublicationHealth {
  readonly #ports: HealthPorts;
  readonly #publications: PublicationCache;
  readonly #windows = new OutcomeWindows();
  /** Publications whose breaker this worker is opening right now. */
  readonly #opening = new Set<string>();

  constructor(ports: HealthPorts, publications: PublicationCache) {
    this.#ports = ports;
    this.#publications = publications;
  }

  /** The publication with a claim on its probe, or undefined if none is due or another worker was first. */
  async claimProbe(publication: Publication): Promise<Publication | undefined> {
    const { publications, clock, log } = this.#ports;
    const nowMs = clock.now();
    if (!isProbeDue(publication, nowMs)) return undefined;
    const claim = withProbeClaim(publication, nowMs);
    if (claim === undefined) return undefined;
    this.#publications.forget(publication.id);
    try {
      return await writeUnlessChanged(publications, claim);
    } catch (error) {
      // The claim may or may not have been written: nobody else probes until it expires. Meanwhile the deliveries are
      // parked.
      log.write('BREAKER_NOT_MOVED', { ...logFields(publication), ...describeError(error) });
      return undefined;
    }
  }

  /**
   * The target accepted a delivery at its first attempt. Returns undefined if that changes nothing, as nearly always.
   */
  delivered(job: DeliveryJob): Promise<void> | undefined {
    this.#windows.succeeded(job.publication.id, this.#ports.clock.now());
    return job.probeOf === undefined ? undefined : this.#safely(job, () => this.#probeTaken(job.probeOf));
  }

  /** Called when an attempt of a stored delivery has ended. Never throws. */
  async attempted(seen: AttemptSeen): Promise<void> {
    const { job, outcome } = seen;
    const { publication, probeOf } = job;
    if (outcome.kind === 'delivered') this.#windows.succeeded(publication.id, this.#ports.clock.now());
    if (probeOf !== undefined) {
      // A receiver that rejects an event for good is up. One that wants no more events is disabled already.
      const isThere = outcome.kind === 'delivered' || outcome.kind === 'rejected';
      if (isThere) await this.#safely(job, () => this.#probeTaken(probeOf));
      else if (outcome.kind === 'retry') {
        await this.#safely(job, () => this.#probeFailed(probeOf, reasonOf(outcome)));
      }
      return;
    }
    if (outcome.kind !== 'retry') return;
    const evidence = this.#evidenceOf(seen);
    if (evidence === undefined || this.#opening.has(publication.id)) return;
    this.#opening.add(publication.id);
    await this.#safely(job, () => this.#open(publication, evidence, reasonOf(outcome)));
    this.#opening.delete(publication.id);
  }

  #evidenceOf({ job, record, ending, outcome, startedAtMs }: AttemptSeen): BreakerEvidence | undefined {
    const { publication } = job;
    if (outcome.kind !== 'retry' || isOperational(record.eventType)) return undefined;
    // The receiver is up but throttles: its deliveries wait as it asks.
    if (failureReason(outcome.errorId) === 'throttled') return undefined;
    const seen = this.#windows.failed(publication.id, startedAtMs, this.#ports.clock.now());
    if (seen !== undefined) return seen;
    const isDown = failureReason(outcome.errorId) !== 'http-4xx';
    return isDown ? this.#evidenceOfOne(publication, record, ending) : undefined;
  }

  #evidenceOfOne(
    { id, breaker }: Publication,
    { attempts, replayedAtMs = 0 }: Delivery,
    ending: AttemptEnding,
  ): BreakerEvidence | undefined {
    const sinceMs = Math.max(replayedAtMs, breaker?.sinceMs ?? 0);
    const failures = attempts.filter(({ atMs, errorId }) => atMs >= sinceMs && errorId !== undefined);
    const fromMs = failures[0]?.atMs ?? Number.POSITIVE_INFINITY;
    const isLong =
      failures.length >= FAILED_ALONE.attemptsMin &&
      this.#ports.clock.now() - fromMs >= FAILED_ALONE.forMsMin;
    const isUsedUp = ending === 'exhausted' && failures.length >= EXHAUSTED_ATTEMPTS_MIN;
    if (!(isLong || isUsedUp) || this.#windows.lastSuccessAtMs(id) >= fromMs) return undefined;
    return { fromMs, attemptCount: failures.length, failureCount: failures.length };
  }

  async #open(seen: Publication, evidence: BreakerEvidence, reason: BreakerReason): Promise<void> {
    const opened = await this.#change(
      seen,
      (current) =>
        withOpenBreaker(current, evidence, reason, this.#moment()) ??
        refuse('publication-not-active', 'its breaker is open, or it is not active'),
    );
    this.#windows.forget(seen.id);
    if (opened === undefined) return;
    const { id, name, appId, breaker } = opened.record;
    const { announcements, log, clock } = this.#ports;
    const { attemptCount, failureCount } = evidence;
    log.write('BREAKER_OPENED', {
      ...logFields(opened.record),
      errorId: reason.errorId,
      attempts: attemptCount,
      failures: failureCount,
    });
    await announcements.announce({
      appId,
      type: 'com.sluice.publication.breaker.opened',
      key: [id, breaker?.openedAtMs ?? 0],
      subject: name,
      atMs: clock.now(),
      data: {
        publication: { id, name },
        error: { id: reason.errorId, message: reason.message },
        attempts: attemptCount,
        failures: failureCount,
        next_probe_at: timeText(breaker?.nextProbeAtMs ?? clock.now()),
      },
    });
  }

  async #probeTaken(claimed: Publication | undefined): Promise<void> {
    if (claimed === undefined) return;
    const { announcements, log, clock } = this.#ports;
    const closed = await this.#change(claimed, (current) =>
      isClaimHeld(current, claimed)
        ? withProbeTaken(current, clock.now())
        : refuse('publication-not-active', 'the claim on the probe is gone'),
    );
    this.#windows.forget(claimed.id);
    if (closed === undefined) return;
    const { id, name, appId, drain } = closed.record;
    const { openedAtMs = clock.now(), failedProbeCount } = closed.before.breaker ?? { failedProbeCount: 0 };
    log.write('BREAKER_CLOSED', {
      ...logFields(closed.record),
      failedProbes: failedProbeCount,
      durationMs: clock.now() - openedAtMs,
    });
    await announcements.announce({
      appId,
      type: 'com.sluice.publication.breaker.closed',
      key: [id, openedAtMs],
      subject: name,
      atMs: clock.now(),
      data: {
        publication: { id, name },
        opened_at: timeText(openedAtMs),
        failed_probes: failedProbeCount,
        drain_rate: drain?.ratePerSecond ?? DRAIN_RATE.default,
      },
    });
  }

  async #probeFailed(claimed: Publication, reason: BreakerReason): Promise<void> {
    const { announcements, log, clock } = this.#ports;
    const failed = await this.#change(claimed, (current) =>
      isClaimHeld(current, claimed)
        ? withProbeFailed(current, reason, this.#moment())
        : refuse('publication-not-active', 'the claim on the probe is gone'),
    );
    if (failed === undefined) return;
    const { before, record } = failed;
    const { errorId } = reason;
    if (record.state === 'disabled') {
      log.write('PUBLICATION_DISABLED', { ...logFields(record), reason: 'failing', errorId });
      await announcements.announce({
        appId: record.appId,
        type: 'com.sluice.publication.disabled',
        key: [record.id, 'failing', before.breaker?.openedAtMs ?? 0],
        subject: record.name,
        atMs: clock.now(),
        data: {
          publication: { id: record.id, name: record.name },
          reason: 'failing',
          message: record.stateReason ?? reason.message,
        },
      });
    } else if (record.breaker?.isReported === true && before.breaker?.isReported !== true) {
      log.write('PUBLICATION_DOWN', { ...logFields(record), errorId });
    }
  }

  async #change(
    { appId, id }: Publication,
    change: (current: Publication) => Publication | Refusal,
  ): Promise<{ readonly before: Publication; readonly record: Publication } | undefined> {
    const { publications } = this.#ports;
    const changed = await updateRecord<Publication>({
      read: () => publications.get(appId, id),
      change,
      write: (current) => publications.update(current),
      missing: id,
    });
    this.#publications.forget(id);
    return changed.kind === 'updated' ? changed : undefined;
  }

  async #safely({ publication }: DeliveryJob, move: () => Promise<void>): Promise<void> {
    try {
      await move();
    } catch (error) {
      // The delivery has its outcome and must not be sent again because of this error. Another failure opens the
      // breaker, and a claim on a probe expires.
      this.#ports.log.write('BREAKER_NOT_MOVED', { ...logFields(publication), ...describeError(error) });
    }
  }

  #moment() {
    return { nowMs: this.#ports.clock.now(), random: this.#ports.random() };
  }
}

function logFields({ appId, name }: Publication) {
  return { appId, publication: name };
}

function reasonOf({ errorId, message }: Extract<SendOutcome, { kind: 'retry' }>): BreakerReason {
  return { errorId, message: message.slice(0, REASON_LENGTH_MAX) };
}

/** The same limit as for the message of an attempt. */
const REASON_LENGTH_MAX = 500;
