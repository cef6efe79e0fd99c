import { fork } from 'node:child_process';
import { once } from 'node:events';
import { MemoryPollQueue } from '../src/adapters/memory/poll-queue.ts';
import { MemoryQuarantineStore } from '../src/adapters/memory/quarantine-store.ts';
import { MemorySecretBox } from '../src/adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../src/adapters/memory/stores.ts';
import { systemClock } from '../src/base/clock.ts';
import { systemTimers } from '../src/base/timers.ts';
import { NO_ANNOUNCEMENTS } from '../src/domain/announcements/announcement.ts';
import { feedId } from '../src/domain/feeds/feed.ts';
import { FEED_TIMING } from '../src/pipeline/read/feed-timing.ts';
import { FeedWorker } from '../src/pipeline/read/feed-worker.ts';
import { makeCodec } from '../src/platforms/salesforce/avro.ts';
import { PubSubFeedSource } from '../src/platforms/salesforce/feed-source.ts';
import { salesforceManagement } from '../src/platforms/salesforce/index.ts';
import { makeConnections } from '../src/platforms/salesforce/org-access.ts';
import { PubSubClients } from '../src/platforms/salesforce/pubsub/client.ts';
import { SubscribeStream } from '../src/platforms/salesforce/pubsub/subscribe-stream.ts';
import { SchemaCache } from '../src/platforms/salesforce/schema-cache.ts';
import { makeTokenSource } from '../src/platforms/salesforce/token-access.ts';
import { silentLog } from '../src/telemetry/logger.ts';
import { silentMetrics } from '../src/telemetry/metrics.ts';
import { queueThat } from '../test/support/queue-that.ts';
import { type Measured, printMachine, printRatios } from './measure.ts';

/**
 * The feed worker from gRPC to the message for the queue, by the CPU of this process alone: the simulated org runs in
 * another. The baseline only decodes the same payloads. DESIGN §7: 50,000 events a second on one core.
 */
const EVENTS = 60_000;
const RUNS = 4;
const TOPIC = '/data/AccountChangeEvent';
const APP_ID = 'app-1';

interface Org {
  readonly loginUrl: string;
  readonly pubsubEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const child = fork(new URL('./org.ts', import.meta.url), [String(EVENTS)]);
const [org]: [Org] = (await once(child, 'message')) as [Org];
const stores = makeMemoryStores();
const secrets = new MemorySecretBox();
const { authorizations } = stores;
const common = {
  authorizations,
  secrets,
  allowLoopback: true,
  announcements: NO_ANNOUNCEMENTS,
  clock: systemClock,
  log: silentLog,
};
const begun = await salesforceManagement({ ...common, installationApp: undefined }).grant.begin({
  ...org,
  appId: APP_ID,
  alias: 'org',
  flow: 'client-credentials',
  insecure: true,
  redirectUri: '',
});
if (begun.kind !== 'begun') throw new Error(begun.message);
const authorizationId = begun.authorization.id;
const clients = new PubSubClients();
const connections = makeConnections(common, makeTokenSource(common), clients);
const schemas = new SchemaCache();

/** Some of the raw payloads, for the baseline. */
async function payloads(): Promise<{ readonly schemaJson: string; readonly all: readonly Buffer[] }> {
  const connected = await connections.connect(APP_ID, authorizationId);
  if (connected.kind !== 'connected') throw new Error(connected.message);
  const { client, session } = connected.connection;
  const stream = new SubscribeStream(client, session, TOPIC, { preset: 'EARLIEST' });
  const next = await stream.next();
  stream.close();
  if (next.kind !== 'frame') throw new Error('expected a frame');
  const [first] = next.frame.events;
  const schema = await client.getSchema(session, first?.event.schemaId ?? '');
  if (!schema.ok) throw new Error(schema.message);
  return {
    schemaJson: schema.value.schemaJson,
    all: next.frame.events.map(({ event }) => event.payload),
  };
}

/** Reads the topic once from its beginning; returns the CPU used, in seconds. */
async function readAll(filter: string | null): Promise<number> {
  const id = feedId(authorizationId, TOPIC);
  await stores.feeds.remove(id);
  await stores.feeds.ensure({
    id,
    appId: APP_ID,
    authorizationId,
    topic: TOPIC,
    replay: 'earliest',
    onInvalidCursor: 'earliest',
    state: 'starting',
    acceptedCount: 0,
    gaps: [],
    createdAtMs: 0,
  });
  await stores.streams.remove(APP_ID, 's', 'p');
  await stores.streams.create({
    appId: APP_ID,
    subscriptionId: 's',
    publicationId: 'p',
    publicationName: 'target',
    filter,
    createdAtMs: 0,
  });
  const done = new AbortController();
  let messages = 0;
  const worker = new FeedWorker(
    {
      ...stores,
      quarantine: new MemoryQuarantineStore(),
      queue: queueThat(async (batch) => {
        messages += batch.length;
        return batch.map(() => ({ queued: true }));
      }),
      pollQueue: new MemoryPollQueue(),
      restSubscription: async () => undefined,
      announcements: NO_ANNOUNCEMENTS,
      source: new PubSubFeedSource(connections, schemas, systemClock),
      gapRepair: { repair: async () => ({ kind: 'deleted' }) },
      clock: systemClock,
      timers: systemTimers,
      random: Math.random,
      log: silentLog,
      metrics: silentMetrics,
    },
    { ...FEED_TIMING, cursorWriteMs: 20 },
  );
  const stopWhenDone = async () => {
    if (((await stores.feeds.get(id))?.acceptedCount ?? 0) >= EVENTS) done.abort();
  };
  const watch = setInterval(() => void stopWhenDone(), 5);
  const before = process.cpuUsage();
  await worker.run([id], { deadlineMs: Date.now() + 120_000, shutdown: done.signal });
  const { user, system } = process.cpuUsage(before);
  clearInterval(watch);
  if (messages !== 0 && messages !== EVENTS) {
    throw new Error(`expected ${EVENTS} messages or none, found ${messages}`);
  }
  return (user + system) / 1_000_000;
}

async function best(name: string, run: () => Promise<number> | number): Promise<Measured> {
  let seconds = Number.POSITIVE_INFINITY;
  for (let each = 0; each < RUNS; each += 1) seconds = Math.min(seconds, await run());
  return { name, perSecond: EVENTS / seconds };
}

await stores.subscriptions.create({
  id: 's',
  appId: APP_ID,
  name: 's',
  platform: 'salesforce',
  paused: false,
  topic: TOPIC,
  authorizationId,
  authorizationAlias: 'org',
  replay: 'earliest',
  onInvalidCursor: 'earliest',
  format: 'json',
  feedId: feedId(authorizationId, TOPIC),
  createdAtMs: 0,
  version: 1,
});
const { schemaJson, all } = await payloads();
const codec = makeCodec('baseline', schemaJson);

printMachine();
const baseline = await best('baseline: decode alone', () => {
  const before = process.cpuUsage();
  for (let done = 0; done < EVENTS; ) {
    for (const payload of all) {
      codec.decodePlain(payload);
      done += 1;
    }
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
});
printRatios(`poller: ${EVENTS.toLocaleString('en')} account changes, events per second of CPU`, baseline, [
  await best('gRPC to decoded, filter drops all', () =>
    readAll('root = if this.ChangeEventHeader.changeType == "DELETE" { this } else { deleted() }'),
  ),
  await best('gRPC to message, filter keeps all', () =>
    readAll(
      'root = if this.ChangeEventHeader.changedFields.contains("Phone") || this.Name != null { this } else { deleted() }',
    ),
  ),
  await best('gRPC to message, no filter', () => readAll(null)),
]);
clients.close();
child.kill();
