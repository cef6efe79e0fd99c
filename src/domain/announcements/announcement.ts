import { timeText } from '../../base/calendar.ts';
import { stableId } from '../../base/ids.ts';
import type { Event } from '../events/event.ts';

/** What Sluice tells the owner of an app of itself: an operational event, before it is one. docs/delivery.md has a row for each. */
export type Announcement = {
  readonly [T in AnnouncementType]: {
    readonly appId: string;
    readonly type: T;
    /** What makes it the same announcement when it is made again; with its app and type. */
    readonly key: readonly (string | number)[];
    /** What it is about: the name of a publication, the alias of an authorization, a topic. */
    readonly subject: string;
    readonly atMs: number;
    readonly data: AnnouncementData[T];
  };
}[AnnouncementType];

/** The `data` of each type. Times are RFC 3339. Never a payload or a secret of the app. */
export interface AnnouncementData {
  readonly 'com.sluice.publication.disabled': {
    readonly publication: Named;
    /** gone: its receiver answered 410; client-refused: the token URL of its OAuth refused its client; target-refused: its target in AWS is not there, or denies it; failing: nothing was delivered for five days. */
    readonly reason: 'gone' | 'client-refused' | 'target-refused' | 'failing';
    readonly message: string;
  };
  readonly 'com.sluice.publication.breaker.opened': {
    readonly publication: Named;
    /** The last failure. */
    readonly error: Failure;
    /** What one worker saw of the receiver. */
    readonly attempts: number;
    readonly failures: number;
    readonly next_probe_at: string;
  };
  readonly 'com.sluice.publication.breaker.closed': {
    readonly publication: Named;
    readonly opened_at: string;
    readonly failed_probes: number;
    /** Parked deliveries a second that go out now. */
    readonly drain_rate: number;
  };
  readonly 'com.sluice.delivery.progress': {
    readonly publication: Named;
    readonly delivery_id: string;
    readonly event_id: string;
    readonly event_type: string;
    /** How much of its retry schedule is used up. At 100 it is exhausted: nobody tries it again by itself. */
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

/** Where operational events go: to the app's subscriptions of the platform `sluice`, and by their streams to its publications. */
export interface Announcements {
  /**
   * Queues it for whoever wants it, and answers once it is queued. Never throws: what has happened has happened, and is in the log
   * as well. A process that dies just before it announces announces nothing.
   */
  announce(announcement: Announcement): Promise<void>;
}

/** For tests and benchmarks. */
export const NO_ANNOUNCEMENTS: Announcements = { announce: async () => undefined };

/** The same announcement is the same event, however often it is made. */
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
 * Whether an event tells of Sluice itself. What fails to deliver it is announced to nobody: otherwise a dead receiver of
 * announcements would be told, without end, that it is dead. A filter cannot change an event's type.
 */
export function isOperational(eventType: string): boolean {
  return eventType.startsWith('com.sluice.');
}
