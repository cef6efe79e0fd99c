import { isDue } from '../../base/due.ts';
import type { DeliveryStatus } from './delivery.ts';
import type { DeliveryFilter } from './delivery-filter.ts';
import { type Erasure, endedErasure } from './erasure.ts';

/**
 * A person's request to process all stored deliveries that match a filter. The service works through it in the
 * background, piece by piece; afterwards the record says what was done, when, and by whom.
 */
export interface Redrive {
  readonly id: string;
  readonly appId: string;
  readonly action: RedriveAction | 'erase';
  readonly filter: DeliveryFilter;
  /** For an erasure: what to erase, instead of the filter. */
  readonly erasure?: Erasure | undefined;
  readonly state: RedriveState;
  /** Deliveries per second that a retry schedules. */
  readonly ratePerSecond: number;
  /** The time up to which the retried deliveries are spread so far. */
  readonly plannedUntilMs: number;
  /** The name of the token that started it. */
  readonly startedBy: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number | undefined;
  /** Number of deliveries retried, discarded or erased. */
  readonly doneCount: number;
  /** Number of matching deliveries left unchanged: see `RedriveSkip`. */
  readonly skippedCount: number;
  readonly scannedCount: number;
  /** Where the search continues; absent before its first page. */
  readonly after?: string | undefined;
  /** When the schedule checks the redrive; present while it is running. */
  readonly lookAtMs?: number | undefined;
  /** A worker has claimed the redrive until then, so nobody else works on it. */
  readonly claimedUntilMs?: number | undefined;
  /** Grows with every write; a write names the version it read. */
  readonly version: number;
}

export const REDRIVE_ACTIONS = ['retry', 'discard'] as const;
export type RedriveAction = (typeof REDRIVE_ACTIONS)[number];
/** Also includes the action that is not started by a filter. */
export const RECORDED_ACTIONS = [...REDRIVE_ACTIONS, 'erase'] as const;

/** stopped: a person stopped it before its end. */
export const REDRIVE_STATES = ['running', 'paused', 'done', 'stopped'] as const;
export type RedriveState = (typeof REDRIVE_STATES)[number];

/** Deliveries per second; a retry without a rate uses the default. */
export const REDRIVE_RATE = { min: 1, max: 1_000, default: 100 } as const;
/** Per app, at the same time. */
export const REDRIVES_RUNNING_MAX = 5;
/** How long an ended redrive stays listed. */
export const REDRIVES_KEPT_MS = 30 * 86_400_000;
/**
 * Longer than one piece of work takes. When a worker dies, its claim expires after this time and the next worker
 * continues. No `lookAtMs` or `claimedUntilMs` lies further ahead.
 */
export const REDRIVE_CLAIM_MS = 90_000;

/** Statuses of a filter that names none: a retry takes what ended without success, a discard all without success. */
export const REDRIVEN_STATUSES: Readonly<Record<RedriveAction, readonly DeliveryStatus[]>> = {
  retry: ['rejected', 'exhausted'],
  discard: ['waiting', 'available', 'parked', 'rejected', 'exhausted'],
};

export function isClaimed({ claimedUntilMs }: Redrive, nowMs: number): boolean {
  return claimedUntilMs !== undefined && !isDue(claimedUntilMs, nowMs, REDRIVE_CLAIM_MS);
}

/** Running or paused. */
export function isUnderWay({ state }: Redrive): boolean {
  return state === 'running' || state === 'paused';
}

export function endedRedrive(redrive: Redrive, state: 'done' | 'stopped', nowMs: number): Redrive {
  return {
    ...redrive,
    state,
    endedAtMs: nowMs,
    lookAtMs: undefined,
    claimedUntilMs: undefined,
    ...(redrive.erasure !== undefined && { erasure: endedErasure(redrive.erasure) }),
  };
}
