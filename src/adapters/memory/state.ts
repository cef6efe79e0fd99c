import type { AppCounts } from '../../domain/app-log/app-counts.ts';
import type { ApiToken, App, PublishCredential } from '../../domain/apps/app.ts';
import type { ConsoleLink, ConsoleSession } from '../../domain/apps/console-session.ts';
import type { KeyedRequest } from '../../domain/apps/keyed-request-store.ts';
import type { AllocationReading } from '../../domain/authorizations/allocation-store.ts';
import type { Authorization } from '../../domain/authorizations/authorization.ts';
import type { StoredDelivery } from '../../domain/deliveries/delivery-store.ts';
import type { Lane, LaneMember } from '../../domain/deliveries/lane.ts';
import type { Redrive } from '../../domain/deliveries/redrive.ts';
import type { EndedLease, StoredFeed } from '../../domain/feeds/feed-store.ts';
import type { FeedWorkerRecord } from '../../domain/feeds/feed-worker-record.ts';
import type { HerokuResource } from '../../domain/heroku-resources/heroku-resource.ts';
import type { Listener } from '../../domain/listeners/listener.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import type { KeptEvent } from '../../domain/subscriptions/kept-event-store.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';

/** The shared state of the memory stores, so that removing an app removes its data from all of them. */
export class MemoryState {
  readonly apps = new Map<string, App>();
  /** Keyed by hash. */
  readonly tokens = new Map<string, ApiToken>();
  /** Both keyed by hash. */
  readonly consoleLinks = new Map<string, ConsoleLink>();
  readonly consoleSessions = new Map<string, ConsoleSession>();
  /** Keyed by user. */
  readonly credentials = new Map<string, PublishCredential>();
  /** Keyed by app and key. */
  readonly keyedRequests = new Map<string, KeyedRequest>();
  /** All keyed by id. */
  readonly authorizations = new Map<string, Authorization>();
  readonly refreshLocks = new Map<string, { readonly owner: string; readonly untilMs: number }>();
  readonly subscriptions = new Map<string, Subscription>();
  readonly publications = new Map<string, Publication>();
  readonly redrives = new Map<string, Redrive>();
  readonly listeners = new Map<string, Listener>();
  /** Keyed by app and id. */
  readonly deliveries = new Map<string, StoredDelivery>();
  /** Keyed by app and id. */
  readonly lanes = new Map<string, Lane>();
  /** Keyed by app and lane. */
  readonly laneMembers = new Map<
    string,
    { readonly appId: string; readonly members: Map<number, LaneMember> }
  >();
  /** Keyed by app and pair. */
  readonly streams = new Map<string, Stream>();
  readonly feeds = new Map<string, StoredFeed>();
  readonly workers = new Map<string, WorkerState>();
  /** Grows with each change of a subscription or a stream. */
  routesRevision = 0;
  /** Keyed by app and subscription, oldest first. */
  readonly keptEvents = new Map<string, readonly KeptEvent[]>();
  /** Keyed by app and authorization. */
  readonly allocations = new Map<string, AllocationReading>();
  /** Keyed by uuid. */
  readonly herokuResources = new Map<string, HerokuResource>();
  /** Keyed by app. */
  readonly appCounts = new Map<
    string,
    { readonly appId: string; readonly counts: AppCounts; readonly expiresAtMs: number }
  >();
}

export interface WorkerState {
  readonly record: FeedWorkerRecord;
  /** Leases of this worker that the feeds' owners ended, and that it does not know of yet. */
  readonly endedLeases: readonly EndedLease[];
}

/** Compares by code units, as DynamoDB orders what we use as keys (names and ids are ASCII). */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function removeWhere<T>(map: Map<string, T>, matches: (value: T) => boolean): void {
  for (const [key, value] of map) {
    if (matches(value)) map.delete(key);
  }
}
