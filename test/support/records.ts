import { newUuid } from '../../src/base/ids.ts';
import type { ApiToken, App, PublishCredential } from '../../src/domain/apps/app.ts';
import type { KeyedRequest } from '../../src/domain/apps/keyed-request-store.ts';
import type { Authorization } from '../../src/domain/authorizations/authorization.ts';
import type { Delivery } from '../../src/domain/deliveries/delivery.ts';
import { PULL_SETTINGS_DEFAULT } from '../../src/domain/deliveries/pull.ts';
import type { Redrive } from '../../src/domain/deliveries/redrive.ts';
import type { Feed } from '../../src/domain/feeds/feed.ts';
import { type FeedWorkerRecord, newWorkerId } from '../../src/domain/feeds/feed-worker-record.ts';
import type { HerokuResource } from '../../src/domain/heroku-resources/heroku-resource.ts';
import type { KeptEntry } from '../../src/domain/history/history-entry.ts';
import type { Listener } from '../../src/domain/listeners/listener.ts';
import type { Stream } from '../../src/domain/streams/stream.ts';
import type {
  GenerateSubscription,
  SalesforceSubscription,
} from '../../src/domain/subscriptions/subscription.ts';
import type { DataCloudPublication } from '../../src/platforms/datacloud/target.ts';
import type { EventBridgePublication } from '../../src/platforms/eventbridge/target.ts';
import type { KinesisPublication } from '../../src/platforms/kinesis/target.ts';
import type { PullPublication } from '../../src/platforms/pull/target.ts';
import type { S3Publication } from '../../src/platforms/s3/target.ts';
import type { SalesforcePublication } from '../../src/platforms/salesforce/target.ts';
import type { SqsPublication } from '../../src/platforms/sqs/target.ts';
import type { WebhookPublication } from '../../src/platforms/webhook/target.ts';

/** Records with every field filled in; a test names the fields that it is about. */

export const SOME_TIME_MS = Date.UTC(2026, 10, 1);

export function aKeyedRequest(given: Partial<KeyedRequest> = {}): KeyedRequest {
  return {
    appId: newUuid(),
    keyHash: 'key',
    contentHash: 'content',
    tryId: newUuid(),
    busyUntilMs: 60_000,
    expiresAtMs: 86_400_000,
    ...given,
  };
}

export function anApp(given: Partial<App> = {}): App {
  const id = given.id ?? newUuid();
  return { id, name: `app-${id.slice(0, 8)}`, createdAtMs: SOME_TIME_MS, ...given };
}

export function aToken(given: Partial<ApiToken> = {}): ApiToken {
  const id = given.id ?? newUuid();
  return {
    id,
    scope: { kind: 'admin' },
    label: 'ci',
    hash: `hash-${id}`,
    createdAtMs: SOME_TIME_MS,
    ...given,
  };
}

export function aCredential(given: Partial<PublishCredential> = {}): PublishCredential {
  return {
    user: `user-${newUuid()}`,
    appId: newUuid(),
    passwordHash: 'a-hash',
    createdAtMs: SOME_TIME_MS,
    ...given,
  };
}

export function aHerokuResource(given: Partial<HerokuResource> = {}): HerokuResource {
  const uuid = given.uuid ?? newUuid();
  return {
    uuid,
    appId: newUuid(),
    addonName: `herokuevents-horizontal-${uuid.slice(0, 5)}`,
    plan: 'test',
    region: 'amazon-web-services::us-east-1',
    state: 'active',
    secrets: { configVars: 'encrypted' },
    grant: { state: 'none' },
    credentials: { tokenId: newUuid(), publishUser: newUuid(), subscribeUser: newUuid() },
    createdAtMs: SOME_TIME_MS,
    version: 1,
    ...given,
  };
}

export function anAuthorization(given: Partial<Authorization> = {}): Authorization {
  return {
    id: newUuid(),
    appId: newUuid(),
    alias: 'production',
    platform: 'salesforce',
    flow: 'web',
    status: 'active',
    loginUrl: 'https://login.salesforce.com',
    clientId: 'a-client',
    pubsubEndpoint: 'api.pubsub.salesforce.com:7443',
    insecure: false,
    secrets: { refreshToken: 'encrypted' },
    createdAtMs: SOME_TIME_MS,
    version: 1,
    ...given,
  };
}

export function aSalesforceSubscription(given: Partial<SalesforceSubscription> = {}): SalesforceSubscription {
  return {
    id: newUuid(),
    appId: newUuid(),
    name: 'opportunities',
    platform: 'salesforce',
    paused: false,
    topic: '/data/OpportunityChangeEvent',
    authorizationId: newUuid(),
    authorizationAlias: 'production',
    replay: 'latest',
    onInvalidCursor: 'earliest',
    format: 'json',
    feedId: 'a-feed',
    createdAtMs: SOME_TIME_MS,
    version: 1,
    ...given,
  };
}

export function aGenerator(given: Partial<GenerateSubscription> = {}): GenerateSubscription {
  return {
    id: newUuid(),
    appId: newUuid(),
    name: 'ticks',
    platform: 'generate',
    paused: false,
    interval: '1m',
    mapping: 'root.n = 1',
    nextRunAtMs: SOME_TIME_MS,
    createdAtMs: SOME_TIME_MS,
    version: 1,
    ...given,
  };
}

export function aWebhook(given: Partial<WebhookPublication> = {}): WebhookPublication {
  return {
    id: newUuid(),
    appId: newUuid(),
    name: 'crm',
    platform: 'webhook',
    state: 'active',
    url: 'https://example.com/events',
    contentMode: 'structured',
    timeoutSeconds: 15,
    secrets: { signingSecret: 'encrypted' },
    createdAtMs: SOME_TIME_MS,
    version: 1,
    ...given,
  };
}

export function aSalesforcePublication(given: Partial<SalesforcePublication> = {}): SalesforcePublication {
  return {
    id: newUuid(),
    appId: newUuid(),
    name: 'to-salesforce',
    platform: 'salesforce',
    state: 'active',
    topic: '/event/Order_Placed__e',
    authorizationId: newUuid(),
    authorizationAlias: 'production',
    createdAtMs: SOME_TIME_MS,
    version: 1,
    ...given,
  };
}

export function aDataCloudPublication(given: Partial<DataCloudPublication> = {}): DataCloudPublication {
  return {
    id: newUuid(),
    appId: newUuid(),
    name: 'to-data-cloud',
    platform: 'datacloud',
    state: 'active',
    connector: 'SalesConnector',
    object: 'Orders',
    authorizationId: newUuid(),
    authorizationAlias: 'production',
    refreshMode: 'full',
    createdAtMs: SOME_TIME_MS,
    version: 1,
    ...given,
  };
}

export function aStream(given: Partial<Stream> = {}): Stream {
  return {
    appId: newUuid(),
    subscriptionId: newUuid(),
    publicationId: newUuid(),
    publicationName: 'crm',
    filter: null,
    createdAtMs: SOME_TIME_MS,
    ...given,
  };
}

export function aPullPublication(given: Partial<PullPublication> = {}): PullPublication {
  return {
    ...PULL_SETTINGS_DEFAULT,
    id: newUuid(),
    appId: newUuid(),
    name: 'orders',
    platform: 'pull',
    state: 'active',
    createdAtMs: SOME_TIME_MS,
    version: 1,
    ...given,
  };
}

function aPublication() {
  return {
    id: newUuid(),
    appId: newUuid(),
    name: 'orders',
    state: 'active',
    createdAtMs: SOME_TIME_MS,
    version: 1,
  } as const;
}

export function anSqsPublication(given: Partial<SqsPublication> = {}): SqsPublication {
  const arn = 'arn:aws:sqs:eu-central-1:123456789012:orders';
  return { ...aPublication(), platform: 'sqs', arn, ...given };
}

export function anEventBridgePublication(
  given: Partial<EventBridgePublication> = {},
): EventBridgePublication {
  const arn = 'arn:aws:events:eu-central-1:123456789012:event-bus/orders';
  return { ...aPublication(), platform: 'eventbridge', arn, ...given };
}

export function aKinesisPublication(given: Partial<KinesisPublication> = {}): KinesisPublication {
  const arn = 'arn:aws:kinesis:eu-central-1:123456789012:stream/orders';
  return { ...aPublication(), platform: 'kinesis', arn, ...given };
}

export function anS3Publication(given: Partial<S3Publication> = {}): S3Publication {
  return { ...aPublication(), platform: 's3', arn: 'arn:aws:s3:::acme-lake', ...given };
}

export function aDelivery(given: Partial<Delivery> = {}): Delivery {
  return {
    id: newUuid(),
    appId: newUuid(),
    publicationId: newUuid(),
    publicationName: 'crm',
    status: 'waiting',
    stage: 'send',
    eventId: newUuid(),
    eventType: 'com.example.thing',
    attempts: [{ atMs: SOME_TIME_MS, durationMs: 12, status: 500, errorId: 'http-500' }],
    attemptCount: 1,
    createdAtMs: SOME_TIME_MS,
    updatedAtMs: SOME_TIME_MS,
    version: 1,
    ...given,
  };
}

export function aRedrive(given: Partial<Redrive> = {}): Redrive {
  return {
    id: newUuid(),
    appId: newUuid(),
    action: 'retry',
    filter: {},
    state: 'running',
    ratePerSecond: 100,
    plannedUntilMs: SOME_TIME_MS,
    startedBy: 'laptop',
    startedAtMs: SOME_TIME_MS,
    doneCount: 0,
    skippedCount: 0,
    scannedCount: 0,
    version: 1,
    ...given,
  };
}

export function aListener(given: Partial<Listener> = {}): Listener {
  const id = newUuid();
  return {
    id,
    appId: newUuid(),
    name: `listener-${id.slice(0, 8)}`,
    isTemporary: false,
    ofAll: true,
    session: { id: 'a', by: 'ada@laptop', sinceMs: SOME_TIME_MS },
    seenAtMs: SOME_TIME_MS,
    droppedToldMs: SOME_TIME_MS,
    createdAtMs: SOME_TIME_MS,
    version: 1,
    ...given,
  };
}

export function aHistoryEntry(given: Partial<KeptEntry> = {}): KeptEntry {
  return {
    atMs: Date.UTC(2026, 0, 1, 12),
    appId: newUuid(),
    eventId: newUuid(),
    deliveryId: newUuid(),
    publication: 'crm',
    outcome: 'delivered',
    attempt: 1,
    durationMs: 12,
    status: 200,
    queuedAtMs: Date.UTC(2026, 0, 1, 12) - 20,
    ...given,
  };
}

export function aFeed(given: Partial<Feed> = {}): Feed {
  return {
    id: `feed-${newUuid()}`,
    appId: newUuid(),
    authorizationId: newUuid(),
    topic: '/data/OpportunityChangeEvent',
    replay: 'latest',
    onInvalidCursor: 'earliest',
    state: 'starting',
    acceptedCount: 0,
    gaps: [],
    createdAtMs: SOME_TIME_MS,
    ...given,
  };
}

/** Its lease expires at 2,000, and it releases its feeds by 60,000. */
export function aFeedWorker(given: Partial<FeedWorkerRecord> = {}): FeedWorkerRecord {
  return {
    id: newWorkerId(),
    startedAtMs: 1_000,
    renewedAtMs: 1_000,
    untilMs: 2_000,
    endsAtMs: 60_000,
    feedCount: 0,
    room: 10,
    ...given,
  };
}
