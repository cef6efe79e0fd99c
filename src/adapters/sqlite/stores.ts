import type { Stores } from '../engine.ts';
import { SqliteAllocationStore } from './allocation-store.ts';
import { SqliteAppCountStore } from './app-count-store.ts';
import { SqliteAppStore } from './app-store.ts';
import { SqliteAuthorizationStore } from './authorization-store.ts';
import { SqliteConsoleSessionStore } from './console-session-store.ts';
import type { Database } from './database.ts';
import { SqliteDeliveryStore } from './delivery-store.ts';
import { SqliteFeedPositionStore } from './feed-position-store.ts';
import { SqliteFeedStore } from './feed-store.ts';
import { SqliteHerokuResourceStore } from './heroku-resource-store.ts';
import { SqliteKeptEventStore } from './kept-event-store.ts';
import { SqliteKeyedRequestStore } from './keyed-request-store.ts';
import { SqliteLaneStore } from './lane-store.ts';
import { SqliteListenerStore } from './listener-store.ts';
import { SqlitePublicationStore } from './publication-store.ts';
import { SqlitePublishCredentialStore } from './publish-credential-store.ts';
import { SqliteQuarantineStore } from './quarantine-store.ts';
import { SqliteRateCounter } from './rate-counter.ts';
import { SqliteRedriveStore } from './redrive-store.ts';
import { SqliteStreamStore } from './stream-store.ts';
import { SqliteSubscriptionStore } from './subscription-store.ts';
import { SqliteTokenStore } from './token-store.ts';

/** Every store, over one file. */
export function makeSqliteStores(database: Database): Stores {
  return {
    apps: new SqliteAppStore(database),
    tokens: new SqliteTokenStore(database),
    credentials: new SqlitePublishCredentialStore(database),
    consoleSessions: new SqliteConsoleSessionStore(database),
    keyedRequests: new SqliteKeyedRequestStore(database),
    allocations: new SqliteAllocationStore(database),
    authorizations: new SqliteAuthorizationStore(database),
    subscriptions: new SqliteSubscriptionStore(database),
    publications: new SqlitePublicationStore(database),
    streams: new SqliteStreamStore(database),
    deliveries: new SqliteDeliveryStore(database),
    redrives: new SqliteRedriveStore(database),
    listeners: new SqliteListenerStore(database),
    rates: new SqliteRateCounter(database),
    lanes: new SqliteLaneStore(database),
    feeds: new SqliteFeedStore(database),
    feedPositions: new SqliteFeedPositionStore(database),
    quarantine: new SqliteQuarantineStore(database),
    keptEvents: new SqliteKeptEventStore(database),
    herokuResources: new SqliteHerokuResourceStore(database),
    appCounts: new SqliteAppCountStore(database),
  };
}
