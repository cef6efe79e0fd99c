import { isDue } from '../../base/due.ts';
import type { DeliveryStatus } from './delivery.ts';
import type { DeliveryFilter } from './delivery-filter.ts';
import { type Erasure, endedErasure } from './erasure.ts';

/**
 * What a person wants done with all stored deliveries that match a filter. The service does it piece by piece, also when
 * nobody watches; afterwards the record says what was done, when, and by whom.
 */
export interface Redrive {
  readonly id: string;
  readonly appId: string;
  readonly action: RedriveAction | 'erase';
  readonly filter: DeliveryFilter;
  /** Of one that erases: what, instead of the filter. */
  readonly erasure?: Erasure | undefined;
  readonly state: RedriveState;
  /** Deliveries a second that a retry sends on their way. */
  readonly ratePerSecond: number;
  /** Up to when the deliveries that were retried so far are spread. */
  readonly plannedUntilMs: number;
  /** The name of the token that started it. */
  readonly startedBy: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number | undefined;
  /** Deliveries that were retried, discarded or erased. */
  readonly doneCount: number;
  /** Those that match, and were left as they are: see `RedriveSkip`. */
  readonly skippedCount: number;
  readonly scannedCount: number;
  /** Where the search goes on; absent before its first page. */
  readonly after?: string | undefined;
  /** When the schedule looks at it; present while it is running. */
  readonly lookAtMs?: number | undefined;
  /** Somebody is working on it; until then nobody else does. */
  readonly claimedUntilMs?: number | undefined;
  /** Grows with every write; a write names the version it read. */
  readonly version: number;
}

export const REDRIVE_ACTIONS = ['retry', 'discard'] as const;
export type RedriveAction = (typeof REDRIVE_ACTIONS)[number];
/** With what is not started by a filter. */
export const RECORDED_ACTIONS = [...REDRIVE_ACTIONS, 'erase'] as const;

/** stopped: by a person, before its end. */
export const REDRIVE_STATES = ['running', 'paused', 'done', 'stopped'] as const;
export type RedriveState = (typeof REDRIVE_STATES)[number];

/** Deliveries a second; a retry without a rate has the default. */
export const REDRIVE_RATE = { min: 1, max: 1_000, default: 100 } as const;
/** Of one app, at the same time. */
export const REDRIVES_RUNNING_MAX = 5;
/** How long one that has ended can be listed. */
export const REDRIVES_KEPT_MS = 30 * 86_400_000;
/**
 * Longer than one piece of work takes: whoever dies at it leaves it to the next after this time. No `lookAtMs` and no
 * `claimedUntilMs` is set further ahead.
 */
export const REDRIVE_CLAIM_MS = 90_000;

/** What a filter without a status means: a retry takes what has ended without success, a discard what has not succeeded. */
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
