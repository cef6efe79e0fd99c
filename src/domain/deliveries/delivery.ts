import { CLOCK_SKEW_MS_MAX } from '../../base/due.ts';
import { stableId } from '../../base/ids.ts';
import type { Event } from '../events/event.ts';
import type { AttemptOutcome } from './destination.ts';

/** One event on its way to one publication. It is stored only once an attempt has failed. */
export interface Delivery {
  readonly id: string;
  readonly appId: string;
  readonly publicationId: string;
  readonly publicationName: string;
  /** Absent for a direct publish. */
  readonly subscriptionId?: string | undefined;
  readonly status: DeliveryStatus;
  /** Where it failed: in the stream's filter, in an ordered stream's key mapping, or when sending to the target. */
  readonly stage: DeliveryStage;
  readonly eventId: string;
  readonly eventType: string;
  readonly eventSubject?: string | undefined;
  /** Oldest first, at most `ATTEMPTS_MAX`. */
  readonly attempts: readonly Attempt[];
  /** Attempts made, including those that `attempts` no longer holds. */
  readonly attemptCount: number;
  /** How many attempts were failed probes of an open breaker; they do not use up the retry schedule. */
  readonly failedProbeCount?: number | undefined;
  /** When the next attempt is due; present while the delivery is waiting. */
  readonly nextAttemptAtMs?: number | undefined;
  /**
   * When the schedule checks the delivery. If the wait exceeds the queue's longest delay, the schedule queues the
   * attempt once it is due; otherwise it checks some minutes after the due time, in case the delayed message was lost.
   */
  readonly sweepAtMs?: number | undefined;
  /**
   * Its place in a rate limit's line: postponed until then without an attempt. Valid while equal to `nextAttemptAtMs`.
   */
  readonly placeAtMs?: number | undefined;
  /** When a person last requested a retry. The event says so to the target, since it may arrive very late. */
  readonly replayedAtMs?: number | undefined;
  /** On an ordered stream: its lane, and its number there. */
  readonly lane?: DeliveryLane | undefined;
  /** The redrive that last handled it. */
  readonly redriveId?: string | undefined;
  /** For a pulled delivery: whoever took it has until then to acknowledge it. */
  readonly heldUntilMs?: number | undefined;
  /** For a delivery to be pulled: its place among those of the same time, in order of receipt by its worker. */
  readonly place?: number | undefined;
  /** For a delivery to be pulled: the size of its event. */
  readonly bytes?: number | undefined;
  /** SHA-256 of the secret part of the receipt last issued for it: see `receipt.ts`. */
  readonly receiptHash?: string | undefined;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** When the record may be removed; present once the delivery has ended. */
  readonly forgetAtMs?: number | undefined;
  /** Grows with every write; a write names the version it read. */
  readonly version: number;
}

export interface DeliveryLane {
  readonly id: string;
  /** Counts from 1. The event carries it as `streamsequence`. */
  readonly sequence: number;
}

/**
 * waiting: will be retried; available: ready to be pulled; parked: its publication is paused or disabled, or its
 * breaker is open; delivered: after at least one failure, or by a pull; rejected: the target will never accept it, or
 * the filter or the key mapping failed on it; exhausted: all retries failed, or nobody pulled it in time; discarded: by
 * its owner, or because its publication or stream is gone.
 */
export const DELIVERY_STATUSES = [
  'waiting',
  'available',
  'parked',
  'delivered',
  'rejected',
  'exhausted',
  'discarded',
] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export const DELIVERY_STAGES = ['filter', 'order', 'send'] as const;
export type DeliveryStage = (typeof DELIVERY_STAGES)[number];

export interface Attempt {
  readonly atMs: number;
  readonly durationMs: number;
  /** HTTP status, if there was an answer. */
  readonly status?: number | undefined;
  /** Stable id of the failure, e.g. `timeout`, `connection-refused`, `http-500`; absent after a success. */
  readonly errorId?: string | undefined;
  /** For people; may quote the beginning of the response. */
  readonly message?: string | undefined;
  /** The beginning of the target's response, as far as it is stored. */
  readonly answer?: string | undefined;
}

/** The default schedule has 11 attempts; this leaves room for manual retries. */
export const ATTEMPTS_MAX = 20;
/** Enough to recognise an error page. */
const ATTEMPT_MESSAGE_LENGTH_MAX = 500;
/** How long an ended delivery stays listed, unless its app or the installation sets another retention. */
export const ENDED_RETENTION_MS = 7 * 86_400_000;

/** If the queue loses a retry, the schedule queues it again this long after it was due. */
const SWEEP_GRACE_MS = 120_000;
/**
 * The schedule checks at least this often on a delivery with a longer wait, and on a parked one in case its publication
 * was resumed and the release missed it.
 */
const LOOK_AGAIN_MS = 6 * 3_600_000;
/** No `sweepAtMs` lies further ahead. */
export const SWEEP_AHEAD_MS_MAX = LOOK_AGAIN_MS + SWEEP_GRACE_MS;

/** The schedule queues a delivery this long before its place: it runs every minute, and may be half a minute late. */
const PLACE_AHEAD_MS = 90_000;

/** Neither delivered nor abandoned. */
export function isOpen({ status }: Delivery): boolean {
  return status === 'waiting' || status === 'available' || status === 'parked';
}

/** Where a delivery comes from, and where it goes. */
export interface DeliveryPath {
  readonly appId: string;
  readonly publicationId: string;
  readonly publicationName: string;
  /** Absent for a direct publish. */
  readonly subscriptionId?: string | undefined;
}

/**
 * The first record of a delivery, without attempts.
 * @param id see `deliveryId`
 */
export function newDelivery(
  id: string,
  { appId, publicationId, publicationName, subscriptionId }: DeliveryPath,
  event: Event,
  stage: Delivery['stage'],
  nowMs: number,
): Delivery {
  return {
    id,
    appId,
    publicationId,
    publicationName,
    subscriptionId,
    status: 'waiting',
    stage,
    eventId: event.id,
    eventType: event.type,
    eventSubject: event.subject,
    attempts: [],
    attemptCount: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    version: 1,
  };
}

/** @param atMs when the sending began */
export function sendAttempt(
  outcome: Exclude<AttemptOutcome, { readonly kind: 'kept' }>,
  atMs: number,
): Attempt {
  const { durationMs, status, answer } = outcome;
  if (outcome.kind === 'delivered') return { atMs, durationMs, status, answer };
  return { atMs, durationMs, status, errorId: outcome.errorId, message: excerpt(outcome.message), answer };
}

/** The attempt recorded when the stream's filter fails on an event. */
export function filterFailure(message: string, atMs: number): Attempt {
  return { atMs, durationMs: 0, errorId: 'filter-failed', message: excerpt(message) };
}

/** The attempt recorded when an ordered stream finds no key in an event. */
export function orderFailure(message: string, atMs: number): Attempt {
  return { atMs, durationMs: 0, errorId: 'order-key-failed', message: excerpt(message) };
}

function excerpt(message: string): string {
  return message.slice(0, ATTEMPT_MESSAGE_LENGTH_MAX);
}

export function withAttempt(record: Delivery, attempt: Attempt): Delivery {
  return {
    ...record,
    attempts: [...record.attempts, attempt].slice(-ATTEMPTS_MAX),
    attemptCount: record.attemptCount + 1,
    updatedAtMs: attempt.atMs,
  };
}

/** The record of an event that arrived again after its delivery had ended; it continues the former attempts. */
export function succeeding(former: Delivery, record: Delivery): Delivery {
  return {
    ...record,
    attempts: [...former.attempts, ...record.attempts].slice(-ATTEMPTS_MAX),
    createdAtMs: former.createdAtMs,
  };
}

/** Due for an attempt at once. */
export function dueNow(delivery: Delivery, nowMs: number): Delivery {
  return dueAt(delivery, nowMs, nowMs);
}

/** Due at a time that is within the queue's longest delay. */
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

/** Due for a retry that a person requested. */
export function replayed(delivery: Delivery, nowMs: number, redriveId?: string): Delivery {
  return { ...delivery, replayedAtMs: nowMs, redriveId };
}

/** Due at a time beyond the queue's longest delay: the schedule queues it then. */
export function scheduledAt(delivery: Delivery, atMs: number, nowMs: number): Delivery {
  return lookedAt(dueAt(delivery, atMs, nowMs), nowMs);
}

/** Due at its place in the line of a rate limit. @param delayMsMax the queue's longest delay */
export function placedAt(delivery: Delivery, atMs: number, nowMs: number, delayMsMax: number): Delivery {
  const placed: Delivery = { ...dueAt(delivery, atMs, nowMs), placeAtMs: atMs };
  return atMs - nowMs > delayMsMax ? lookedAt(placed, nowMs) : placed;
}

/** Whether the delivery has a place in the line of a rate limit, whether or not its time has come. */
export function hasWaited({
  placeAtMs,
  nextAttemptAtMs,
}: Pick<Delivery, 'placeAtMs' | 'nextAttemptAtMs'>): boolean {
  return placeAtMs !== undefined && placeAtMs === nextAttemptAtMs;
}

/** The record after the schedule found that its attempt is not due yet. */
export function lookedAt(delivery: Delivery, nowMs: number): Delivery {
  return { ...delivery, sweepAtMs: Math.min(queueableAtMs(delivery) ?? nowMs, nowMs + LOOK_AGAIN_MS) };
}

function queueableAtMs(delivery: Delivery): number | undefined {
  const { nextAttemptAtMs } = delivery;
  return nextAttemptAtMs !== undefined && hasWaited(delivery)
    ? nextAttemptAtMs - PLACE_AHEAD_MS
    : nextAttemptAtMs;
}

/** Whether the schedule has to queue the delivery now. */
export function isAttemptDue(delivery: Delivery, nowMs: number): boolean {
  // A publication may choose any wait, so only the start of the wait can show that a clock was ahead.
  return (queueableAtMs(delivery) ?? 0) <= nowMs || delivery.updatedAtMs > nowMs + CLOCK_SKEW_MS_MAX;
}

/** Available for pulling until `untilMs`; the schedule then returns it to `deliver`, which ends it. */
export function available(delivery: Delivery, untilMs: number, nowMs: number): Delivery {
  const kept = { ...scheduledAt(delivery, untilMs, nowMs), status: 'available' } as const;
  // Somebody may hold it at this moment and can still acknowledge it.
  return delivery.status === 'available' ? kept : { ...kept, heldUntilMs: undefined, receiptHash: undefined };
}

/** Parked until its publication is active again. */
export function parked(delivery: Delivery, nowMs: number): Delivery {
  return {
    ...delivery,
    status: 'parked',
    nextAttemptAtMs: undefined,
    sweepAtMs: nowMs + LOOK_AGAIN_MS,
  };
}

/** Held behind another delivery of its lane until that one ends. The schedule checks it in case it was overlooked. */
export function held(delivery: Delivery, nowMs: number): Delivery {
  return { ...dueNow(delivery, nowMs), nextAttemptAtMs: undefined, sweepAtMs: nowMs + LOOK_AGAIN_MS };
}

/**
 * Ended: no further attempts; listed until it is removed.
 * @param keptMs how long its app retains ended deliveries
 */
export function ended(
  delivery: Delivery,
  status: Exclude<DeliveryStatus, 'waiting' | 'available' | 'parked'>,
  nowMs: number,
  keptMs: number = ENDED_RETENTION_MS,
): Delivery {
  return {
    ...delivery,
    status,
    nextAttemptAtMs: undefined,
    sweepAtMs: undefined,
    forgetAtMs: nowMs + keptMs,
    updatedAtMs: nowMs,
  };
}

/**
 * The same event on the same stream, or published directly to the same publication, is one delivery however often it is
 * queued. On another stream it is a different delivery, because that stream's filter may transform it differently.
 */
export function deliveryId(
  publicationId: string,
  subscriptionId: string | undefined,
  { source, id }: { readonly source: string; readonly id: string },
): string {
  return stableId(publicationId, subscriptionId ?? '', source, id);
}
