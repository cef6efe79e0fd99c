import type { AnnouncementType } from '../announcements/announcement.ts';
import type { CursorPolicy, EventFormat, Replay } from '../feeds/feed.ts';
import type { Addressed, InboundVerification } from './inbound.ts';

/**
 * What each source platform adds to a subscription, keyed by the platform's name. Platforms that the pipeline itself
 * reads or runs are listed here; any other adds itself beside its code (`declare module`).
 */
export interface SourceSettings {
  readonly salesforce: SalesforceSourceSettings;
  readonly generate: GenerateSourceSettings;
  readonly sluice: SluiceSourceSettings;
  readonly webhook: WebhookSourceSettings;
}

export type SourceName = keyof SourceSettings;
export type SubscriptionOf<P extends SourceName> = {
  readonly [K in P]: SubscriptionBase & { readonly platform: K } & SourceSettings[K];
}[P];

/** A named source. */
export type Subscription = SubscriptionOf<SourceName>;
export type SalesforceSubscription = SubscriptionOf<'salesforce'>;
export type GenerateSubscription = SubscriptionOf<'generate'>;
export type WebhookSubscription = SubscriptionOf<'webhook'>;

/** The fields of a subscription on any platform. */
export interface SubscriptionBase {
  readonly id: string;
  readonly appId: string;
  readonly name: string;
  readonly paused: boolean;
  /** Why it was paused, if not by a person. */
  readonly pausedReason?:
    | { readonly id: string; readonly message: string; readonly atMs: number }
    | undefined;
  /** How many of its last events are stored with payloads, so that the owner can try filters on them; absent: none. */
  readonly keepLast?: number | undefined;
  readonly createdAtMs: number;
  /** Grows with every write; a write names the version it read. */
  readonly version: number;
}

interface SalesforceSourceSettings {
  /** e.g. `/data/OpportunityChangeEvent`. */
  readonly topic: string;
  readonly authorizationId: string;
  readonly authorizationAlias: string;
  readonly replay: Replay;
  readonly onInvalidCursor: CursorPolicy;
  readonly format: EventFormat;
  /** Whether the current records follow an event in which Salesforce could not give a change in full. */
  readonly repair?: boolean | undefined;
  readonly feedId: string;
}

interface GenerateSourceSettings {
  /** As given, e.g. `1m`, or prefixed with a time zone, `TZ=Europe/Berlin 0 8 * * *`: see `generator-schedule.ts`. */
  readonly interval: string;
  /** Bloblang. */
  readonly mapping: string;
  /** When the next event is due; undefined while paused. */
  readonly nextRunAtMs?: number | undefined;
  /** When the schedule checks it, if that is earlier: see `generator.ts`. */
  readonly lookAtMs?: number | undefined;
  /** A scheduler has claimed the generator until then, so no other one creates its events. */
  readonly claimedUntilMs?: number | undefined;
  /** Why the last run created no event; absent after a successful run. */
  readonly failure?: GeneratorFailure | undefined;
}

interface SluiceSourceSettings {
  /** The operational events to receive; absent: all. */
  readonly types?: readonly AnnouncementType[] | undefined;
}

interface WebhookSourceSettings extends Addressed {
  readonly verify: InboundVerification;
  /** Encrypted. Absent if `verify` needs none, or the sender has not created one yet. */
  readonly secret?: string | undefined;
  /** The secret before the last change, while it is still valid. Encrypted as well. */
  readonly formerSecret?: { readonly secret: string; readonly untilMs: number } | undefined;
  /** Bloblang that maps a request other than a CloudEvent to its event type. Absent: see `pipeline/receive`. */
  readonly typeMapping?: string | undefined;
  /** Bloblang that gives its id. */
  readonly idMapping?: string | undefined;
}

export interface GeneratorFailure {
  /** Stable, e.g. `mapping-failed`. */
  readonly id: string;
  /** For people; may quote the mapping and its values. */
  readonly message: string;
  readonly atMs: number;
}

/** The per-minute schedule spreads its runs over whole seconds. */
export const GENERATE_INTERVAL_MS_MIN = 1_000;
/** Longer is a calendar's work. */
export const GENERATE_INTERVAL_MS_MAX = 31 * 86_400_000;
export const SUBSCRIPTIONS_PER_APP_MAX = 500;
