import type { Stores } from '../engine.ts';
import { DynamoAllocationStore } from './allocation-store.ts';
import { DynamoAppCountStore } from './app-count-store.ts';
import { DynamoAppStore } from './app-store.ts';
import { DynamoAuthorizationStore } from './authorization-store.ts';
import { DynamoConsoleSessionStore } from './console-session-store.ts';
import { DynamoDeliveryStore } from './delivery-store.ts';
import { DynamoFeedPositionStore } from './feed-position-store.ts';
import { DynamoFeedStore } from './feed-store.ts';
import { DynamoHerokuResourceStore } from './heroku-resource-store.ts';
import { DynamoKeptEventStore } from './kept-event-store.ts';
import { DynamoKeyedRequestStore } from './keyed-request-store.ts';
import { DynamoLaneStore } from './lane-store.ts';
import { DynamoListenerStore } from './listener-store.ts';
import { DynamoPublicationStore } from './publication-store.ts';
import { DynamoPublishCredentialStore } from './publish-credential-store.ts';
import { DynamoQuarantineStore } from './quarantine-store.ts';
import { DynamoRateCounter } from './rate-counter.ts';
import { DynamoRedriveStore } from './redrive-store.ts';
import { DynamoStreamStore } from './stream-store.ts';
import { DynamoSubscriptionStore } from './subscription-store.ts';
import type { Table } from './table.ts';
import { DynamoTokenStore } from './token-store.ts';

/** Every store, for callers that need them all; a function that must stay small names the ones it needs. */
export function makeDynamoStores(table: Table): Stores {
  return {
    apps: new DynamoAppStore(table),
    tokens: new DynamoTokenStore(table),
    credentials: new DynamoPublishCredentialStore(table),
    consoleSessions: new DynamoConsoleSessionStore(table),
    keyedRequests: new DynamoKeyedRequestStore(table),
    allocations: new DynamoAllocationStore(table),
    authorizations: new DynamoAuthorizationStore(table),
    subscriptions: new DynamoSubscriptionStore(table),
    publications: new DynamoPublicationStore(table),
    streams: new DynamoStreamStore(table),
    deliveries: new DynamoDeliveryStore(table),
    redrives: new DynamoRedriveStore(table),
    listeners: new DynamoListenerStore(table),
    rates: new DynamoRateCounter(table),
    lanes: new DynamoLaneStore(table),
    feeds: new DynamoFeedStore(table),
    feedPositions: new DynamoFeedPositionStore(table),
    quarantine: new DynamoQuarantineStore(table),
    keptEvents: new DynamoKeptEventStore(table),
    herokuResources: new DynamoHerokuResourceStore(table),
    appCounts: new DynamoAppCountStore(table),
  };
}
