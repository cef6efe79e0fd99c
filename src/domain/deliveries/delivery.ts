import { stableId } from '../../base/ids.ts';

/** One event on its way to one publication. Stored only while it is not, or was not at first, delivered. */
export interface Delivery {
  readonly id: string;
  readonly appId: string;
  readonly publicationId: string;
  readonly publicationName: string;
  /** Absent for a direct publish. */
  readonly subscriptionId?: string | undefined;
  readonly status: DeliveryStatus;
  /** Where it stopped: the stream's filter failed on the event, or the target did not take it. */
  readonly stage: DeliveryStage;
  readonly eventId: string;
  readonly eventType: string;
  readonly eventSubject?: string | undefined;
  /** Oldest first, at most `ATTEMPTS_KEPT_MAX`. */
  readonly attempts: readonly Attempt[];
  /** Attempts made, also those no longer kept. */
  readonly attemptCount: number;
  /** When the next attempt is due; present while waiting. */
  readonly nextAttemptAtMs?: number | undefined;
  /**
   * When the schedule takes it up: the due time of a wait that is too long for SQS, and some minutes after it
   * otherwise, in case the delayed message was never sent.
   */
  readonly sweepAtMs?: number | undefined;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** When the record may be forgotten; present once it is ended. */
  readonly forgetAtMs?: number | undefined;
  /** Grows with every write; a write names the version it read. */
  readonly version: number;
}

/**
 * waiting: will be tried again; parked: its publication is paused or disabled; delivered: after at least one failure;
 * rejected: the target will never take it, or the filter failed on it; exhausted: every retry was used;
 * discarded: by its owner.
 */
export const DELIVERY_STATUSES = [
  'waiting',
  'parked',
  'delivered',
  'rejected',
  'exhausted',
  'discarded',
] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export const DELIVERY_STAGES = ['filter', 'send'] as const;
export type DeliveryStage = (typeof DELIVERY_STAGES)[number];

export interface Attempt {
  readonly atMs: number;
  readonly durationMs: number;
  /** HTTP status, when there was an answer. */
  readonly status?: number | undefined;
  /** Stable id of the failure, e.g. `timeout`, `connection-refused`, `http-500`; absent when it was taken. */
  readonly errorId?: string | undefined;
  /** For people; may hold the first part of the answer's body. */
  readonly message?: string | undefined;
}

/** The schedule has 11 attempts; some more for replays by hand. */
export const ATTEMPTS_KEPT_MAX = 20;
/** Enough to recognise an error page by. */
export const ATTEMPT_MESSAGE_LENGTH_MAX = 500;
/** How long an ended delivery can still be listed. */
export const ENDED_KEPT_MS = 7 * 86_400_000;

/** A retry that the queue lost is taken up by the schedule so long after it was due. */
export const SWEEP_GRACE_MS = 120_000;

/** Neither delivered nor given up. */
export function isOpen({ status }: Delivery): boolean {
  return status === 'waiting' || status === 'parked';
}

export function withAttempt(record: Delivery, attempt: Attempt): Delivery {
  return {
    ...record,
    attempts: [...record.attempts, attempt].slice(-ATTEMPTS_KEPT_MAX),
    attemptCount: record.attemptCount + 1,
    updatedAtMs: attempt.atMs,
  };
}

/** To be tried at once. */
export function dueNow(delivery: Delivery, nowMs: number): Delivery {
  return dueAt(delivery, nowMs, nowMs);
}

/** To be tried at a time that the queue's delay reaches. */
export function dueAt(delivery: Delivery, atMs: number, nowMs: number): Delivery {
  return {
    ...delivery,
    status: 'waiting',
    nextAttemptAtMs: atMs,
    sweepAtMs: atMs + SWEEP_GRACE_MS,
    forgetAtMs: undefined,
    updatedAtMs: nowMs,
  };
}

/** Tried no more; listed until it is forgotten. */
export function ended(
  delivery: Delivery,
  status: Exclude<DeliveryStatus, 'waiting' | 'parked'>,
  nowMs: number,
): Delivery {
  return {
    ...delivery,
    status,
    nextAttemptAtMs: undefined,
    sweepAtMs: undefined,
    forgetAtMs: nowMs + ENDED_KEPT_MS,
    updatedAtMs: nowMs,
  };
}

/**
 * The same event on the same stream, or published directly to the same publication, is the same delivery however often it
 * is queued. By another stream it is another one: that stream's filter may have made something else of it.
 */
export function deliveryId(
  publicationId: string,
  subscriptionId: string | undefined,
  { source, id }: { readonly source: string; readonly id: string },
): string {
  return stableId(publicationId, subscriptionId ?? '', source, id);
}
