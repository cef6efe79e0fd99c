import { isDue } from '../../base/due.ts';
import type { Delivery } from './delivery.ts';

/** How a publication that is pulled keeps its deliveries. */
export interface PullSettings {
  /** How long whoever took a delivery has to acknowledge it. After that it comes again. */
  readonly visibilitySeconds: number;
  /** Deliveries that are kept. When one more comes, the oldest ends as `exhausted`. */
  readonly maxCount: number;
  /** How long a delivery is kept. After that it ends as `exhausted`. */
  readonly maxAgeMs: number;
  /** Of a listener (`src/domain/listeners`): pulled by its session only, and of nobody's concern but whose session it is. */
  readonly isListener?: boolean | undefined;
}

/** A request by itself takes seconds; half a day is for whoever works through a batch by hand. */
export const VISIBILITY_SECONDS = { min: 1, default: 30, max: 43_200 } as const;
/** Counting reads an entry of an index for each: 100,000 of them take seconds. */
export const PULL_COUNT = { min: 1, default: 10_000, max: 100_000 } as const;
/** As long as a queue of AWS keeps what nobody takes. */
export const PULL_AGE = { min: '1m', default: '7d', max: '14d' } as const;

/** A request takes at most so many. */
export const TAKEN_MAX = 100;
/** An HTTP API ends a request after 30 s, and the function has to answer before. */
export const PULL_WAIT_SECONDS_MAX = 20;

/** For people: beyond so many, the exact number costs more reads than it tells. */
export const PULL_BACKLOG_COUNTED_MAX = 10_000;

/** A new one, as nobody has set anything. */
export const PULL_SETTINGS_DEFAULT: PullSettings = {
  visibilitySeconds: VISIBILITY_SECONDS.default,
  maxCount: PULL_COUNT.default,
  maxAgeMs: 7 * 86_400_000,
};

/** Whether whoever took it can still acknowledge it, so that nobody else gets it. */
export function isHeld({ heldUntilMs }: Delivery, nowMs: number): boolean {
  return heldUntilMs !== undefined && !isDue(heldUntilMs, nowMs, VISIBILITY_SECONDS.max * 1_000);
}

const NUMBER_DIGITS = 15;

/** Where it stands among those of its publication that nobody held: by the time, its place at that time, and its id. */
export function pullPosition({ createdAtMs, place = 0, id }: Delivery): string {
  const [time, among] = [createdAtMs, place].map((number) => String(number).padStart(NUMBER_DIGITS, '0'));
  return `${time}#${among}#${id}`;
}

/** Since when a delivery has been kept: a person who tries it again gives it its time anew. */
export function keptSinceMs({ createdAtMs, replayedAtMs }: Delivery): number {
  return Math.max(createdAtMs, replayedAtMs ?? 0);
}
