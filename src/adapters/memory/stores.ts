import type { Stores } from '../engine.ts';
import { MemoryAllocationStore } from './allocation-store.ts';
import { MemoryAppCountStore } from './app-count-store.ts';
import { MemoryAppStore } from './app-store.ts';
import { MemoryAuthorizationStore } from './authorization-store.ts';
import { MemoryConsoleSessionStore } from './console-session-store.ts';
import { MemoryDeliveryStore } from './delivery-store.ts';
import { MemoryFeedPositionStore } from './feed-position-store.ts';
import { MemoryFeedStore } from './feed-store.ts';
import { MemoryHerokuResourceStore } from './heroku-resource-store.ts';
import { MemoryKeptEventStore } from './kept-event-store.ts';
import { MemoryKeyedRequestStore } from './keyed-request-store.ts';
import { MemoryLaneStore } from './lane-store.ts';
import { MemoryListenerStore } from './listener-store.ts';
import { MemoryPublicationStore } from './publication-store.ts';
import { MemoryPublishCredentialStore } from './publish-credential-store.ts';
import { MemoryQuarantineStore } from './quarantine-store.ts';
import { MemoryRateCounter } from './rate-counter.ts';
import { MemoryRedriveStore } from './redrive-store.ts';
import { MemoryState } from './state.ts';
import { MemoryStreamStore } from './stream-store.ts';
import { MemorySubscriptionStore } from './subscription-store.ts';
import { MemoryTokenStore } from './token-store.ts';

/** Every store, over one state. */
export function makeMemoryStores(state = new MemoryState()): Stores {
  return {
    apps: new MemoryAppStore(state),
    tokens: new MemoryTokenStore(state),
    credentials: new MemoryPublishCredentialStore(state),
    consoleSessions: new MemoryConsoleSessionStore(state),
    keyedRequests: new MemoryKeyedRequestStore(state),
    allocations: new MemoryAllocationStore(state),
    authorizations: new MemoryAuthorizationStore(state),
    subscriptions: new MemorySubscriptionStore(state),
    publications: new MemoryPublicationStore(state),
    streams: new MemoryStreamStore(state),
    deliveries: new MemoryDeliveryStore(state),
    redrives: new MemoryRedriveStore(state),
    listeners: new MemoryListenerStore(state),
    rates: new MemoryRateCounter(),
    lanes: new MemoryLaneStore(state),
    feeds: new MemoryFeedStore(state),
    feedPositions: new MemoryFeedPositionStore(),
    quarantine: new MemoryQuarantineStore(),
    keptEvents: new MemoryKeptEventStore(state),
    herokuResources: new MemoryHerokuResourceStore(state),
    appCounts: new MemoryAppCountStore(state),
  };
}
