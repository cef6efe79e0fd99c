/** What publications go to, by the name of the platform. */
interface PublicationByPlatform {
  readonly webhook: WebhookPublication;
  readonly salesforce: SalesforcePublication;
}

export type Platform = keyof PublicationByPlatform;
export type PublicationOf<P extends Platform> = PublicationByPlatform[P];

/** A named target. */
export type Publication = PublicationOf<Platform>;

interface PublicationBase {
  readonly id: string;
  readonly appId: string;
  readonly name: string;
  readonly state: PublicationState;
  /** Why it is disabled: for people. */
  readonly stateReason?: string | undefined;
  /** Its own retry schedule: the longest wait before each retry. Absent: `RETRY_DELAYS_MS`. */
  readonly retryDelaysMs?: readonly number[] | undefined;
  /** Resumed, and perhaps not all that was parked is on its way yet: when the schedule is to go on with the drain. */
  readonly releaseAtMs?: number | undefined;
  /** How what was parked goes out. A pause leaves it: what is planned already counts when it is resumed again. */
  readonly drain?: Drain | undefined;
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

/** paused by its owner; disabled by an answer 410. In both its deliveries are parked. */
export const PUBLICATION_STATES = ['active', 'paused', 'disabled'] as const;
export type PublicationState = (typeof PUBLICATION_STATES)[number];

export interface WebhookPublication extends PublicationBase {
  readonly platform: 'webhook';
  readonly url: string;
  readonly contentMode: WebhookContentMode;
  /** How long one attempt may take, 1–30 s. */
  readonly timeoutSeconds: number;
  readonly secrets: WebhookSecrets;
}

/** CloudEvents HTTP binding. */
export const WEBHOOK_CONTENT_MODES = ['structured', 'binary'] as const;
export type WebhookContentMode = (typeof WEBHOOK_CONTENT_MODES)[number];

/** Each encrypted (see `SecretBox`). */
export interface WebhookSecrets {
  /** `whsec_…`; shown once, at creation. */
  readonly signingSecret: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
}

export interface SalesforcePublication extends PublicationBase {
  readonly platform: 'salesforce';
  /** e.g. `/event/QuoteGenerationComplete__e`. */
  readonly topic: string;
  readonly authorizationId: string;
  readonly authorizationAlias: string;
  /** Absent in older records: `pubsub`. */
  readonly via?: PublishVia | undefined;
}

/** Which of an org's two APIs publishes. */
export const PUBLISH_VIAS = ['pubsub', 'rest'] as const;
export type PublishVia = (typeof PUBLISH_VIAS)[number];

export const WEBHOOK_TIMEOUT_SECONDS = { min: 1, default: 15, max: 30 } as const;
export const WEBHOOK_URL_LENGTH_MAX = 2_048;
export const PUBLICATIONS_PER_APP_MAX = 500;
