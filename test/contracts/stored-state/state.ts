import type { Stores } from '../../../src/adapters/engine.ts';
import type { DeliveryStatus } from '../../../src/domain/deliveries/delivery.ts';
import {
  aCredential,
  aDelivery,
  aFeed,
  aFeedWorker,
  aGenerator,
  anApp,
  anAuthorization,
  aSalesforceSubscription,
  aStream,
  aToken,
  aWebhook,
  SOME_TIME_MS,
} from '../../support/records.ts';

// One record of every kind, with every optional field. `fill` wrote the fixtures beside this file; `read` reads them with
// the current code. A field that is added later must be optional in stored records, or come with a migration and a new
// fixture.

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const APP_ID = id(1);
const LATER_MS = SOME_TIME_MS + 60_000;
/** After everything in the fixtures is due. */
const MUCH_LATER_MS = SOME_TIME_MS + 30 * 86_400_000;
const FEED_ID = 'feed-1';
const CURSOR = 'AAAAAAAAAAE=';
const STATUSES: readonly DeliveryStatus[] = [
  'waiting',
  'parked',
  'delivered',
  'rejected',
  'exhausted',
  'discarded',
];

export async function fill(stores: Stores): Promise<void> {
  const own = { appId: APP_ID };
  await stores.apps.create(anApp({ id: APP_ID, name: 'an-app' }));
  await stores.tokens.put(aToken({ id: id(2), hash: 'hash-of-admin' }));
  await stores.tokens.put(
    aToken({ id: id(3), hash: 'hash-of-app', scope: { kind: 'app', appId: APP_ID }, label: 'app' }),
  );
  await stores.credentials.put(aCredential({ ...own, user: 'a-user' }));
  await stores.authorizations.create(
    anAuthorization({
      ...own,
      id: id(4),
      status: 'failing',
      orgId: '00D000000000001AAA',
      instanceUrl: 'https://acme.my.salesforce.com',
      userId: '005000000000001AAA',
      username: 'integration@acme.example',
      refreshDueAtMs: LATER_MS,
      reason: {
        id: 'connection-reset',
        message: 'the connection was cut',
        passing: true,
        atMs: SOME_TIME_MS,
      },
      secrets: { refreshToken: 'sealed-1', accessToken: 'sealed-2', clientSecret: 'sealed-3' },
    }),
  );
  await stores.authorizations.create(
    anAuthorization({
      ...own,
      id: id(5),
      alias: 'sandbox',
      flow: 'client-credentials',
      // A browser login is replacing its credentials.
      pending: {
        stateHash: 'hash-of-state',
        codeVerifier: 'sealed-6',
        authorizeUrl: 'https://acme.my.salesforce.com/services/oauth2/authorize',
        redirectUri: 'https://sluice.example/v1/oauth/callback',
        expiresAtMs: LATER_MS,
        replacement: {
          loginUrl: 'https://acme.my.salesforce.com',
          clientId: 'another-key',
          clientSecret: 'sealed-7',
          pubsubEndpoint: 'api.pubsub.salesforce.com:7443',
          insecure: false,
        },
        reason: { id: 'access-denied', message: 'not allowed', passing: false, atMs: SOME_TIME_MS },
      },
    }),
  );
  await stores.allocations.put({
    ...own,
    authorizationId: id(4),
    readAtMs: SOME_TIME_MS,
    limits: [{ name: 'DailyDeliveredPlatformEvents', max: 50_000, remaining: 40_000 }],
  });
  await stores.allocations.countPublished(APP_ID, id(4), SOME_TIME_MS, 7);
  await stores.subscriptions.create(
    aSalesforceSubscription({
      ...own,
      id: id(6),
      authorizationId: id(4),
      feedId: FEED_ID,
      replay: 'earliest',
      format: 'avro-json',
      repair: true,
      pausedReason: { id: 'slow-filter', message: 'the filter took too long', atMs: SOME_TIME_MS },
    }),
  );
  await stores.subscriptions.create(
    aGenerator({
      ...own,
      id: id(7),
      lookAtMs: SOME_TIME_MS,
      failure: { id: 'mapping-failed', message: 'line 1: no number', atMs: SOME_TIME_MS },
    }),
  );
  await stores.subscriptions.create({
    ...own,
    id: id(13),
    name: 'incidents',
    platform: 'sluice',
    types: ['com.sluice.feed.gap'],
    paused: false,
    createdAtMs: SOME_TIME_MS,
    version: 1,
  });
  await stores.publications.create(
    aWebhook({
      ...own,
      id: id(8),
      contentMode: 'binary',
      retryDelaysMs: [1_000, 60_000],
      secrets: { signingSecret: 'sealed-4', token: 'sealed-5' },
      drain: { ratePerSecond: 50, plannedUntilMs: LATER_MS },
      releaseAtMs: LATER_MS,
    }),
  );
  await stores.publications.create(aWebhook({ ...own, id: id(9), name: 'paused', state: 'paused' }));
  await stores.publications.create(
    aWebhook({
      ...own,
      id: id(12),
      name: 'down',
      drainRatePerSecond: 20,
      breaker: {
        state: 'open',
        sinceMs: SOME_TIME_MS,
        openedAtMs: SOME_TIME_MS - 60_000,
        reason: { errorId: 'http-503', message: 'the receiver answered 503' },
        evidence: { fromMs: SOME_TIME_MS - 75_000, attemptCount: 20, failureCount: 19 },
        failedProbeCount: 3,
        nextProbeAtMs: LATER_MS,
        lookAtMs: LATER_MS,
        isReported: true,
      },
    }),
  );
  await stores.publications.create(
    aWebhook({
      ...own,
      id: id(11),
      name: 'in-batches',
      contentMode: 'batch',
      batch: { eventsMax: 50, bytesMax: 100_000, waitMs: 200 },
      authentication: {
        kind: 'oauth',
        tokenUrl: 'https://login.example.com/token',
        clientId: 'client',
        scope: 'events',
      },
      headerNames: ['X-Api-Key'],
      secrets: {
        signingSecret: 'sealed-6',
        formerSigningSecrets: [{ secret: 'sealed-7', untilMs: LATER_MS }],
        clientSecret: 'sealed-8',
        headers: 'sealed-9',
      },
    }),
  );
  await stores.publications.create({
    ...own,
    id: id(10),
    name: 'back-to-the-org',
    platform: 'salesforce',
    state: 'active',
    authorizationId: id(4),
    authorizationAlias: 'production',
    topic: '/event/Context__e',
    via: 'rest',
    createdAtMs: SOME_TIME_MS,
    version: 1,
  });
  await stores.streams.create(aStream({ ...own, subscriptionId: id(6), publicationId: id(8) }));
  await stores.streams.create(
    aStream({
      ...own,
      subscriptionId: id(7),
      publicationId: id(9),
      publicationName: 'paused',
      filter: 'root = if this.n > 1 { deleted() }',
    }),
  );
  for (const [at, status] of STATUSES.entries()) {
    await stores.deliveries.create(
      aDelivery({
        ...own,
        id: id(20 + at),
        publicationId: id(8),
        subscriptionId: id(6),
        status,
        ...(status === 'parked' ? { failedProbeCount: 2 } : {}),
        eventId: id(40 + at),
        eventSubject: '/event/Context__e',
        createdAtMs: SOME_TIME_MS + at,
        updatedAtMs: SOME_TIME_MS + at,
        ...(status === 'waiting' ? { nextAttemptAtMs: LATER_MS, sweepAtMs: LATER_MS + 120_000 } : {}),
        ...(status === 'waiting' || status === 'parked' ? {} : { forgetAtMs: MUCH_LATER_MS + 1 }),
      }),
      `{"id":"${id(40 + at)}","data":{"amount":12345678901234567890,"price":1.10}}`,
    );
  }
  // Large enough to be compressed.
  await stores.deliveries.create(
    aDelivery({ ...own, id: id(30), publicationId: id(8), eventId: id(50), createdAtMs: SOME_TIME_MS + 30 }),
    JSON.stringify({ id: id(50), data: 'sluice '.repeat(1_000) }),
  );
  await stores.feeds.ensure(
    aFeed({
      ...own,
      id: FEED_ID,
      authorizationId: id(4),
      replay: 'earliest',
      reason: {
        id: 'stream-silent',
        message: 'nothing came for a while',
        atMs: SOME_TIME_MS,
        sinceMs: SOME_TIME_MS - 1,
      },
      latestSinceMs: SOME_TIME_MS - 1,
    }),
  );
  await stores.feeds.startWorker(aFeedWorker({ id: 'worker-1' }));
  const held = await stores.feeds.acquireLease(FEED_ID, { id: 'worker-1', endsAtMs: 60_000 }, 1_000);
  if (held === undefined) throw new Error('expected the lease of a feed that nobody holds');
  await stores.feeds.moveCursor(held.lease, {
    cursor: CURSOR,
    atMs: SOME_TIME_MS,
    acceptedCount: 3,
    lastEventAtMs: SOME_TIME_MS - 5,
    caughtUpAtMs: SOME_TIME_MS,
    isCaughtUp: true,
    hourly: [{ startMs: SOME_TIME_MS, count: 3 }],
  });
  await stores.feeds.ensure(
    aFeed({
      ...own,
      id: 'feed-2',
      authorizationId: id(5),
      state: 'stopped',
      cursor: CURSOR,
      cursorAtMs: SOME_TIME_MS,
      reason: {
        id: 'topic-gone',
        message: 'the topic is gone',
        atMs: SOME_TIME_MS,
        sinceMs: SOME_TIME_MS - 1,
      },
      notBeforeMs: LATER_MS,
      latestSinceMs: SOME_TIME_MS - 1,
      gaps: [{ atMs: SOME_TIME_MS, cursor: CURSOR, cursorAtMs: SOME_TIME_MS, message: 'refused' }],
    }),
  );
  await stores.feedPositions.put({ feedId: FEED_ID, cursor: CURSOR, atMs: SOME_TIME_MS });
  await stores.quarantine.put({
    ...own,
    feedId: FEED_ID,
    topic: '/data/OpportunityChangeEvent',
    cursor: CURSOR,
    eventId: id(60),
    schemaId: 'a-schema',
    payload: Buffer.from('00ff80', 'hex'),
    message: 'cannot be decoded',
    atMs: SOME_TIME_MS,
  });
}

/** Everything that the stores return, as JSON. */
export async function read(stores: Stores): Promise<unknown> {
  const { deliveries, next } = await stores.deliveries.list(APP_ID, { order: 'oldest-first', limit: 100 });
  const quarantined = await stores.quarantine.get(FEED_ID, CURSOR);
  const state = {
    apps: await stores.apps.list(),
    appByName: await stores.apps.get('an-app'),
    adminTokens: await stores.tokens.list({ kind: 'admin' }),
    appTokens: await stores.tokens.list({ kind: 'app', appId: APP_ID }),
    tokenByHash: await stores.tokens.findByHash('hash-of-app'),
    credentials: await stores.credentials.list(APP_ID),
    credentialByUser: await stores.credentials.find('a-user'),
    authorizations: await stores.authorizations.list(APP_ID),
    authorizationByAlias: await stores.authorizations.get(APP_ID, 'sandbox'),
    refreshDue: await stores.authorizations.listRefreshDue(MUCH_LATER_MS, 10),
    allocations: await stores.allocations.list(APP_ID),
    published: await stores.allocations.published(APP_ID, id(4), 0),
    subscriptions: await stores.subscriptions.list(APP_ID),
    subscriptionByName: await stores.subscriptions.get(APP_ID, 'ticks'),
    generatorsDue: await stores.subscriptions.listGeneratorsDue(MUCH_LATER_MS, 10),
    routesRevision: await stores.subscriptions.routesRevision(),
    publications: await stores.publications.list(APP_ID),
    publicationByName: await stores.publications.get(APP_ID, 'back-to-the-org'),
    releaseDue: await stores.publications.listDue(MUCH_LATER_MS, 10),
    streams: await stores.streams.list(APP_ID),
    streamsOfSubscription: await stores.streams.listOfSubscription(APP_ID, id(7)),
    deliveries,
    nextPage: next !== undefined,
    deliveryEvents: await Promise.all(
      deliveries.map(async (each) => (await stores.deliveries.get(APP_ID, each.id))?.eventJson),
    ),
    parkedCount: await stores.deliveries.count(APP_ID, 'parked', 10),
    sweepDue: await stores.deliveries.listSweepDue(MUCH_LATER_MS, 10),
    feeds: await stores.feeds.listOfApp(APP_ID),
    feedById: await stores.feeds.get(FEED_ID),
    position: await stores.feedPositions.newest(FEED_ID, 0, MUCH_LATER_MS),
    workers: await stores.feeds.listWorkers(),
    quarantine: await stores.quarantine.list(FEED_ID, 10),
    quarantined: quarantined && {
      ...quarantined,
      payload: Buffer.from(quarantined.payload).toString('hex'),
    },
  };
  return JSON.parse(JSON.stringify(state));
}
