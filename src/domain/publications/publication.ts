import type { Breaker } from './breaker.ts';
import type { RateLimit } from './rate-limit.ts';

/**
 * What each target platform adds to a publication, keyed by the platform's name. The domain knows no platform: each one
 * adds itself beside its code (`declare module`). A publication is the union over all of them.
 */
// biome-ignore lint/suspicious/noEmptyInterface: the platforms fill it
export interface TargetSettings {}

export type Platform = keyof TargetSettings;
export type PublicationOf<P extends Platform> = {
  readonly [K in P]: PublicationBase & { readonly platform: K } & TargetSettings[K];
}[P];

/** A named target. */
export type Publication = PublicationOf<Platform>;

/** The fields of a publication on any platform. */
export interface PublicationBase {
  readonly id: string;
  readonly appId: string;
  readonly name: string;
  readonly state: PublicationState;
  /** Why it is disabled; for people. */
  readonly stateReason?: string | undefined;
  /** Its own retry schedule: the longest wait before each retry. Absent: `RETRY_DELAYS_MS`. */
  readonly retryDelaysMs?: readonly number[] | undefined;
  /** Deliveries above the limit wait in a line. Absent: no limit. */
  readonly rateLimit?: RateLimit | undefined;
  /** Present after a resume, while parked deliveries may remain: when the schedule continues the drain. */
  readonly releaseAtMs?: number | undefined;
  /** How parked deliveries go out. It survives a pause, because planned deliveries still count after a resume. */
  readonly drain?: Drain | undefined;
  /** The drain rate that the owner last gave; also used for the drain after an outage, which starts automatically. */
  readonly drainRatePerSecond?: number | undefined;
  /** Whether its receiver is sent deliveries: see `breaker-rules.ts`. Absent until the first outage. */
  readonly breaker?: Breaker | undefined;
  /** Since when its attempts are indexed by event (see `AttemptIndex`). Absent: they are not indexed. */
  readonly attemptsIndexedSinceMs?: number | undefined;
  readonly createdAtMs: number;
  /** Grows with every write; a write names the version it read. */
  readonly version: number;
}

export interface Drain {
  /** Drain rate in deliveries per second. */
  readonly ratePerSecond: number;
  /** Send times before this one are taken by deliveries already planned. */
  readonly plannedUntilMs: number;
}

/**
 * Parked deliveries per second. The default is what a small receiver tolerates beside its daily load; 20,000 deliveries
 * take some three minutes. The maximum is what one process can plan within the minute in which they are sent.
 */
export const DRAIN_RATE = { min: 1, default: 100, max: 1_000 } as const;

/** How long a former secret signs beside the new one. The default leaves time to deploy a receiver. */
export const ROTATION_GRACE = { default: '24h', max: '7d' } as const;

/**
 * A run renews its claim on a drain with every page. If it does not do so for this long, it has died, and the schedule
 * continues. No `releaseAtMs` lies further ahead.
 */
export const DRAIN_AGAIN_MS = 60_000;

/**
 * paused: by its owner; disabled: after an answer 410, a client that its token URL refuses, an AWS target that does not
 * exist or denies access, or five days of nothing but failures. Both states park its deliveries.
 */
export const PUBLICATION_STATES = ['active', 'paused', 'disabled'] as const;
export type PublicationState = (typeof PUBLICATION_STATES)[number];

export const PUBLICATIONS_PER_APP_MAX = 500;
