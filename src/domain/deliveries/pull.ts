import { isDue } from '../../base/due.ts';
import type { Delivery } from './delivery.ts';

/** How a pulled publication stores its deliveries. */
export interface PullSettings {
  /** How long a puller has to acknowledge a delivery. After that it becomes available again. */
  readonly visibilitySeconds: number;
  /** Maximum number of stored deliveries. When one more arrives, the oldest ends as `exhausted`. */
  readonly maxCount: number;
  /** How long a delivery is stored. After that it ends as `exhausted`. */
  readonly maxAgeMs: number;
  /** Belongs to a listener (`src/domain/listeners`): only its session pulls it, and it concerns nobody else. */
  readonly isListener?: boolean | undefined;
}

/** A single request takes seconds; half a day suits a person who works through a batch by hand. */
export const VISIBILITY_SECONDS = { min: 1, default: 30, max: 43_200 } as const;
/** Counting reads one index entry per delivery: 100,000 of them take seconds. */
export const PULL_COUNT = { min: 1, default: 10_000, max: 100_000 } as const;
/** The maximum equals the longest retention of an SQS queue. */
export const PULL_AGE = { min: '1m', default: '7d', max: '14d' } as const;

/** The most deliveries that one request takes. */
export const TAKEN_MAX = 100;
/** An HTTP API times a request out after 30 s, and the function has to answer before that. */
export const PULL_WAIT_SECONDS_MAX = 20;

/** For display: beyond this many, the exact number is not worth the reads. */
export const PULL_BACKLOG_COUNTED_MAX = 10_000;

/** The settings of a new publication where its owner set none. */
export const PULL_SETTINGS_DEFAULT: PullSettings = {
  visibilitySeconds: VISIBILITY_SECONDS.default,
  maxCount: PULL_COUNT.default,
  maxAgeMs: 7 * 86_400_000,
};

/** Whether its puller can still acknowledge it, so that nobody else gets it. */
export function isHeld({ heldUntilMs }: Delivery, nowMs: number): boolean {
  return heldUntilMs !== undefined && !isDue(heldUntilMs, nowMs, VISIBILITY_SECONDS.max * 1_000);
}

const NUMBER_DIGITS = 15;

/** Its position among its publication's deliveries that are not held: by time, place at that time, and id. */
export function pullPosition({ createdAtMs, place = 0, id }: Delivery): string {
  const [time, among] = [createdAtMs, place].map((number) => String(number).padStart(NUMBER_DIGITS, '0'));
  return `${time}#${among}#${id}`;
}

/** When the delivery's storage time began: a manual retry restarts it. */
export function keptSinceMs({ createdAtMs, replayedAtMs }: Delivery): number {
  return Math.max(createdAtMs, replayedAtMs ?? 0);
}
