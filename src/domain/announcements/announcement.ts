import { timeText } from '../../base/calendar.ts';
import { stableId } from '../../base/ids.ts';
import type { Event } from '../events/event.ts';

/** News about Sluice itself for an app's owner; becomes an operational event. docs/delivery.md lists the types. */
export type Announcement = {
  readonly [T in AnnouncementType]: {
    readonly appId: string;
    readonly type: T;
    /** Together with app and type, identifies the announcement: a repeat with the same key is the same announcement. */
    readonly key: readonly (string | number)[];
    /** The resource it concerns: the name of a publication, the alias of an authorization, or a topic. */
    readonly subject: string;
    readonly atMs: number;
    readonly data: AnnouncementData[T];
  };
}[AnnouncementType];

/** The `data` of each type. Times are RFC 3339. It never contains a payload or a secret of the app. */
export interface AnnouncementData {
  readonly 'com.sluice.publication.disabled': {
    readonly publication: Named;
    /**
     * gone: the receiver answered 410; client-refused: the OAuth token URL refused the client; target-refused: the AWS
     * target does not exist or denies access; failing: nothing was delivered for five days.
     */
    readonly reason: 'gone' | 'client-refused' | 'target-refused' | 'failing';
    readonly message: string;
  };
  readonly 'com.sluice.publication.breaker.opened': {
    readonly publication: Named;
    /** The last failure. */
    readonly error: Failure;
    /** The attempts that one worker made, and how many of them failed. */
    readonly attempts: number;
    readonly failures: number;
    readonly next_probe_at: string;
  };
  readonly 'com.sluice.publication.breaker.closed': {
    readonly publication: Named;
    readonly opened_at: string;
    readonly failed_probes: number;
    /** Parked deliveries that now go out per second. */
    readonly drain_rate: number;
  };
  readonly 'com.sluice.delivery.progress': {
    readonly publication: Named;
    readonly delivery_id: string;
    readonly event_id: string;
    readonly event_type: string;
    /** How much of the retry schedule is used up. At 100 the delivery is exhausted: it is not retried automatically. */
    readonly percent: ProgressPercent;
    readonly attempts: number;
    readonly error: Failure;
    /** Absent at 100. */
    readonly next_attempt_at?: string;
  };
  readonly 'com.sluice.authorization.dead': {
    readonly authorization: Aliased;
    readonly org_id?: string;
    readonly error: Failure;
  };
  readonly 'com.sluice.allocation.low': {
    readonly authorization: Aliased;
    readonly org_id?: string;
    /** Salesforce's name of the limit. */
    readonly allocation: string;
    readonly max: number;
    readonly remaining: number;
    readonly used_percent: number;
  };
  readonly 'com.sluice.feed.gap': {
    readonly feed_id: string;
    readonly topic: string;
    readonly message: string;
  };
}

export type AnnouncementType = keyof AnnouncementData;

interface Named {
  readonly id: string;
  readonly name: string;
}

interface Aliased {
  readonly id: string;
  readonly alias: string;
}

interface Failure {
  /** Stable, e.g. `timeout`, `http-500`. */
  readonly id: string;
  readonly message: string;
}

export const ANNOUNCEMENT_TYPES: readonly AnnouncementType[] = [
  'com.sluice.publication.disabled',
  'com.sluice.publication.breaker.opened',
  'com.sluice.publication.breaker.closed',
  'com.sluice.delivery.progress',
  'com.sluice.authorization.dead',
  'com.sluice.allocation.low',
  'com.sluice.feed.gap',
];

export const PROGRESS_PERCENTS = [50, 90, 100] as const;
export type ProgressPercent = (typeof PROGRESS_PERCENTS)[number];

/** Sends operational events to the app's `sluice` subscriptions, whose streams carry them to publications. */
export interface Announcements {
  /**
   * Queues the announcement for every subscriber and resolves once it is queued. Never throws, because the log also
   * records what happened. If the process dies just before this call, the announcement is lost.
   */
  announce(announcement: Announcement): Promise<void>;
}

/** For tests and benchmarks. */
export const NO_ANNOUNCEMENTS: Announcements = { announce: async () => undefined };

/** A repeated announcement yields the same event. */
export function operationalEvent({ appId, type, key, subject, atMs, data }: Announcement): Event {
  return {
    specversion: '1.0',
    id: stableId(appId, type, ...key.map(String)),
    source: `/sluice/${appId}`,
    type,
    subject,
    time: timeText(atMs),
    datacontenttype: 'application/json',
    data,
  };
}

/**
 * Whether an event is about Sluice itself. A failure to deliver one is not announced; otherwise a dead receiver of
 * announcements would be told endlessly that it is dead. A filter cannot change an event's type.
 */
export function isOperational(eventType: string): boolean {
  return eventType.startsWith('com.sluice.');
}
