import type { Breaker } from './breaker.ts';
import type { RateLimit } from './rate-limit.ts';

/**
 * What each target platform adds to a publication, by the name of the platform. The domain knows none of them: each adds itself
 * beside its code (`declare module`), and a publication is one of any of them.
 */
// biome-ignore lint/suspicious/noEmptyInterface: the platforms fill it
export interface TargetSettings {}

export type Platform = keyof TargetSettings;
export type PublicationOf<P extends Platform> = {
  readonly [K in P]: PublicationBase & { readonly platform: K } & TargetSettings[K];
}[P];

/** A named target. */
export type Publication = PublicationOf<Platform>;

/** What a publication is, whatever it goes to. */
export interface PublicationBase {
  readonly id: string;
  readonly appId: string;
  readonly name: string;
  readonly state: PublicationState;
  /** Why it is disabled: for people. */
  readonly stateReason?: string | undefined;
  /** Its own retry schedule: the longest wait before each retry. Absent: `RETRY_DELAYS_MS`. */
  readonly retryDelaysMs?: readonly number[] | undefined;
  /** Deliveries beyond it wait in a line. Absent: none. */
  readonly rateLimit?: RateLimit | undefined;
  /** Resumed, and perhaps not all that was parked is on its way yet: when the schedule is to go on with the drain. */
  readonly releaseAtMs?: number | undefined;
  /** How what was parked goes out. A pause leaves it: what is planned already counts when it is resumed again. */
  readonly drain?: Drain | undefined;
  /** The drain rate that its owner gave last: for the drain after an outage, which nobody starts. */
  readonly drainRatePerSecond?: number | undefined;
  /** Whether its receiver is given deliveries: see `breaker-rules.ts`. Absent until its first outage. */
  readonly breaker?: Breaker | undefined;
  /** Since when its attempts are indexed by their event: see `AttemptIndex`. Absent: they are not. */
  readonly attemptsIndexedSinceMs?: number | undefined;
  readonly createdAtMs: number;
  /** Grows with every write; a write names the version it read. */
  readonly version: number;
}

export interface Drain {
  /** Drain rate: deliveries a second. */
  readonly ratePerSecond: number;
  /** The moments before are taken by deliveries on their way. */
  readonly plannedUntilMs: number;
}

/**
 * Parked deliveries a second. The usual rate is what a small receiver stands beside its daily load; 20,000 of them take
 * some three minutes. The most is what one process can plan within the minute in which it is sent.
 */
export const DRAIN_RATE = { min: 1, default: 100, max: 1_000 } as const;

/** How long a former secret signs beside the new one. The usual grace is time to deploy a receiver. */
export const ROTATION_GRACE = { default: '24h', max: '7d' } as const;

/**
 * A run renews its claim on a drain with every page. If it does not for so long, it has died, and the schedule goes on. No
 * `releaseAtMs` is set further ahead.
 */
export const DRAIN_AGAIN_MS = 60_000;

/** paused by its owner; disabled by an answer 410, a client that its token URL refuses, a target in AWS that is not there or denies it, or five days of nothing but failure. In both its deliveries are parked. */
export const PUBLICATION_STATES = ['active', 'paused', 'disabled'] as const;
export type PublicationState = (typeof PUBLICATION_STATES)[number];

export const PUBLICATIONS_PER_APP_MAX = 500;
