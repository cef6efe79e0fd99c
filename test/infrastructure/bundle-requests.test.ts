import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, bundleFunction, type FunctionName } from '../../lib/bundle.ts';
import { type SalesforceSimulator, startSalesforceSimulator } from '../../simulators/salesforce/index.ts';
import { DynamoTokenStore } from '../../src/adapters/dynamodb/token-store.ts';
import { readOrMakeKeyFile } from '../../src/adapters/local-key/key-file.ts';
import { newUuid } from '../../src/base/ids.ts';
import { newToken } from '../../src/management/apps/tokens.ts';
import { MEMORY_MB } from '../../src/settings/runtime.ts';
import { FakeCloudWatchLogs } from '../support/cloudwatch-logs.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { EmulatedSqs } from '../support/emulated-sqs.ts';
import { FarAws } from '../support/far-aws.ts';
import { HEROKU_ADDON, HEROKU_ADDON_FILE } from '../support/heroku.ts';
import { type Receiver, startReceiver } from '../support/local-run.ts';
import { orgAuthorization } from '../support/salesforce.ts';
import { sqsRecord } from '../support/sqs-record.ts';
import { BundleProcess } from './support/bundle-process.ts';
import { ROOT } from './support/synthesize.ts';

// The five bundles, each in its own process, against a simulated org. Node and a bundler resolve packages differently: a
// package that works in every other test may lack half of its exports in a bundle. So each bundle makes the requests for
// which it contains the package.

const NAMES = Object.keys(MEMORY_MB) as FunctionName[];

/** The SDK imports this on demand, for something that none of our requests has. */
const NEVER_IMPORTED = ['node_modules/@smithy/core/dist-es/submodules/event-streams/index.js'];

/** The poller's session ends a minute before its invocation's timeout. */
const SESSION_MS = 3_000;
const SESSIONS_MAX = 5;
/** Allocations are read in one minute out of ten. */
const ALLOCATIONS_EVERY_MS = 10 * 60_000;

const directory = mkdtempSync(join(tmpdir(), 'sluice-bundles-'));
const bundles = new Map<FunctionName, Bundle>();
const functions = new Map<FunctionName, BundleProcess>();
let dynamodb: EmulatedDynamodb;
let sqs: EmulatedSqs;
let org: SalesforceSimulator;
let receiver: Receiver;
let logs: FakeCloudWatchLogs;
let far: FarAws;
let token: string;
let tenant: string;
let publishUrl: URL;

function fn(name: FunctionName): BundleProcess {
  const found = functions.get(name);
  if (found === undefined) throw new Error(`${name} was not started`);
  return found;
}

async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = (await fn('api').invoke({
    rawPath: path,
    rawQueryString: '',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    requestContext: { requestId: 'a-request', http: { method, sourceIp: '192.0.2.1' } },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })) as { readonly statusCode: number; readonly body: string };
  if (answer.statusCode >= 400)
    throw new Error(`${method} ${path}: ${answer.statusCode} ${answer.body}\n${fn('api').log}`);
  return JSON.parse(answer.body);
}

function sqsEvent(bodies: readonly string[]): object {
  return {
    Records: bodies.map((body, at) => sqsRecord({ id: `message-${at}`, body, sentAtMs: Date.now() })),
  };
}

beforeAll(async () => {
  [dynamodb, sqs, org, receiver, logs, far] = await Promise.all([
    EmulatedDynamodb.start(),
    EmulatedSqs.start(),
    startSalesforceSimulator(),
    startReceiver(),
    FakeCloudWatchLogs.start(),
    FarAws.start(),
  ]);
  const admin = newToken({ kind: 'admin' }, 'test', Date.now());
  token = admin.secret;
  await new DynamoTokenStore(dynamodb.table).put(admin.token);
  const keyFile = join(directory, 'key');
  readOrMakeKeyFile(keyFile);
  const addonFile = join(directory, 'addon.json');
  writeFileSync(addonFile, HEROKU_ADDON_FILE);
  const environment = {
    TABLE_NAME: dynamodb.tableName,
    // One queue for everything: nothing is received here, only inspected.
    DELIVERY_QUEUE_URL: sqs.queueUrl,
    DELIVERY_DEAD_LETTER_QUEUE_URL: sqs.queueUrl,
    ORDERED_QUEUE_URL: sqs.queueUrl,
    ORDERED_DEAD_LETTER_QUEUE_URL: sqs.queueUrl,
    POLL_QUEUE_URL: sqs.queueUrl,
    POLL_DEAD_LETTER_QUEUE_URL: sqs.queueUrl,
    LOCAL_KEY_FILE: keyFile,
    HEROKU_ADDON_FILE: addonFile,
    // Nobody listens there: the code for Heroku is loaded, and waits.
    HEROKU_API_URL: 'http://127.0.0.1:1',
    HEROKU_IDENTITY_URL: 'http://127.0.0.1:1',
    PUBLIC_API_URL: 'http://127.0.0.1:1',
    PUBLISH_BASE_URL: 'http://127.0.0.1:1',
    ALLOW_LOOPBACK: 'true',
    SQS_ENDPOINT: sqs.endpoint,
    DYNAMODB_ENDPOINT: dynamodb.endpoint,
    LOG_GROUPS: 'deliver=deliver,api=api',
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.endpoint,
    ...far.environment,
    ALLOWED_TARGETS: 'any',
    LOG_LEVEL: 'INFO',
  };
  for (const name of NAMES) {
    const bundle = bundleFunction(name);
    bundles.set(name, bundle);
    functions.set(name, await BundleProcess.start(bundle.directory, environment));
  }
  const app = await call('POST', '/v1/apps', { name: 'shop' });
  tenant = `/v1/tenants/${String(app['id'])}`;
  publishUrl = new URL(String((await call('POST', `${tenant}/credentials`, {}))['publish_url']));
  await call('POST', `${tenant}/platforms/salesforce/authorizations`, orgAuthorization(org));
});

afterAll(async () => {
  for (const each of functions.values()) each.stop();
  await Promise.all([dynamodb.stop(), sqs.stop(), org.close(), receiver.close(), logs.stop(), far.stop()]);
  rmSync(directory, { recursive: true, force: true });
});

/** Publishes through `ingest`; returns the queued messages that contain the mark. */
async function publish(name: string, body: string, mark = body): Promise<readonly string[]> {
  const { username, password } = publishUrl;
  const accepted = await fn('ingest').invoke({
    rawPath: `/${name}`,
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body,
    requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
  });
  expect(accepted).toMatchObject({ statusCode: 202 });
  const messages = sqs.bodies().ready.filter((each) => each.includes(mark));
  expect(messages).toHaveLength(1);
  return messages;
}

test('ingest takes an event and deliver posts it to a webhook', async () => {
  await call('POST', `${tenant}/platforms/webhook/publications`, { name: 'hook', url: receiver.url });
  const messages = await publish('hook', '{"n":1}');
  expect(await fn('deliver').invoke(sqsEvent(messages))).toEqual({ batchItemFailures: [] });
  expect(receiver.received).toMatchObject([{ body: expect.stringContaining('{"n":1}') }]);
});

test('ingest takes what a sender posts, deliver keeps it, and ingest gives it to whoever pulls', async () => {
  await call('POST', `${tenant}/platforms/pull/publications`, { name: 'kept' });
  const settings = { name: 'hooks', verify: 'token', secret: 'a-long-secret', target: 'kept' };
  const { inbound_url: url } = await call('POST', `${tenant}/platforms/webhook/subscriptions`, settings);
  const taken = await fn('ingest').invoke({
    rawPath: new URL(String(url)).pathname,
    headers: { authorization: 'Bearer a-long-secret', 'content-type': 'application/json' },
    body: '{"mark":"posted"}',
    requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
  });
  expect(taken).toMatchObject({ statusCode: 202 });
  const messages = sqs.bodies().ready.filter((each) => each.includes('"posted"'));
  expect(await fn('deliver').invoke(sqsEvent(messages))).toEqual({ batchItemFailures: [] });
  const { subscribe_url: pullUrl } = await call('POST', `${tenant}/credentials`, { use: 'subscribe' });
  const { username, password } = new URL(String(pullUrl));
  const pulled = await fn('ingest').invoke({
    rawPath: '/kept',
    headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
    queryStringParameters: { ack: 'required' },
    requestContext: { http: { method: 'GET', sourceIp: '192.0.2.1' } },
  });
  expect(pulled).toMatchObject({ statusCode: 200, body: expect.stringContaining('{"mark":"posted"}') });
});

test('api describes an event, ingest takes it and deliver creates it, all by REST', async () => {
  await call('POST', `${tenant}/platforms/salesforce/publications`, {
    name: 'quotes',
    topic: '/event/QuoteGenerationComplete__e',
    alias: 'org',
    via: 'rest',
  });
  const messages = await publish('quotes', '{"Status__c":"ready"}', '"ready"');
  expect(await fn('deliver').invoke(sqsEvent(messages))).toEqual({ batchItemFailures: [] });
  expect(org.ledger('/event/QuoteGenerationComplete__e')).toHaveLength(1);
});

test('api and deliver publish by the Pub/Sub API too', async () => {
  await call('PATCH', `${tenant}/publications/quotes`, { via: 'pubsub' });
  const [message] = sqs.bodies().ready.filter((body) => body.includes('"ready"'));
  // The function may have cached the publication some seconds ago.
  const clockAheadMs = 60_000;
  expect(await fn('deliver').invoke(sqsEvent([message ?? '']), { clockAheadMs })).toEqual({
    batchItemFailures: [],
  });
  expect(org.ledger('/event/QuoteGenerationComplete__e')).toHaveLength(2);
});

test('api asks for a connector of Data Cloud, ingest takes an event and deliver sends its record', async () => {
  await call('POST', `${tenant}/platforms/datacloud/publications`, {
    name: 'orders',
    connector: 'SalesConnector',
    object: 'Orders',
    alias: 'org',
  });
  const messages = await publish('orders', '{"order_id":"o-1"}', '"o-1"');
  expect(await fn('deliver').invoke(sqsEvent(messages))).toEqual({ batchItemFailures: [] });
  expect(org.dataCloud.ingested()).toMatchObject([{ object: 'Orders', key: 'o-1', problems: [] }]);
  expect(org.dataCloud.exchanges()).toBe(1);
});

test('api allows targets in AWS, ingest takes an event and deliver sends it to each of them', async () => {
  const arns = {
    sqs: far.makeQueue('orders'),
    eventbridge: far.makeBus('orders'),
    kinesis: far.makeStream('orders'),
    s3: far.makeBucket('lake'),
  };
  for (const [platform, arn] of Object.entries(arns)) {
    await call('POST', `${tenant}/platforms/${platform}/publications`, { name: `to-${platform}`, arn });
    const messages = await publish(`to-${platform}`, `{"to":"${platform}"}`);
    expect(await fn('deliver').invoke(sqsEvent(messages))).toEqual({ batchItemFailures: [] });
  }
  const taken = [
    far.messages('orders').map(({ body }) => body),
    far.buses.get(arns.eventbridge)?.map(({ Detail }) => Detail),
    far.streams.get(arns.kinesis)?.map(({ text }) => text),
    [...(await far.objects('lake')).values()],
  ];
  expect(taken).toEqual(Object.keys(arns).map((platform) => [expect.stringContaining(`"to":"${platform}"`)]));
});

test('schedule reads the allocations of an org', async () => {
  const now = Date.now();
  const clockAheadMs = Math.ceil(now / ALLOCATIONS_EVERY_MS) * ALLOCATIONS_EVERY_MS - now;
  await fn('schedule').invoke({}, { clockAheadMs });
  expect(fn('schedule').log).not.toMatch(/ERROR|ALLOCATION_UNREADABLE/);
  expect(await call('GET', `${tenant}/status`)).toMatchObject({
    allocations: [
      {
        limits: expect.arrayContaining([
          expect.objectContaining({ name: 'DailyDeliveredPlatformEvents', max: 50_000 }),
        ]),
      },
    ],
  });
});

test('pubsub-poller reads the records of a gap event', async () => {
  await call('POST', `${tenant}/platforms/salesforce/subscriptions`, {
    name: 'accounts',
    topic: '/data/AccountChangeEvent',
    alias: 'org',
    replay: 'earliest',
    repair: true,
    target: 'hook',
  });
  const account = org.records.create('Account', { Name: 'Acme' });
  org.emitGap('Account', 'GAP_UPDATE', [account]);
  const polls = sqs.bodies().ready.filter((body) => body.includes('"feedIds"'));
  const repaired = () => sqs.bodies().ready.filter((body) => body.includes('.GAP_UPDATE.REPAIR'));
  // On a busy machine so short a session may end before the org has answered; the next one continues.
  for (let session = 0; session < SESSIONS_MAX && repaired().length === 0; session += 1) {
    await fn('pubsub-poller').invoke(sqsEvent(polls.slice(0, 1)), { remainingMs: 60_000 + SESSION_MS });
  }
  expect(fn('pubsub-poller').log).not.toMatch(/"level":"(WARN|ERROR)"/);
  expect(repaired()).toHaveLength(1);
});

test('api makes an app for Heroku, and schedule asks for a token', async () => {
  const authorization = `Basic ${btoa(`${HEROKU_ADDON.slug}:${HEROKU_ADDON.password}`)}`;
  const body = { uuid: newUuid(), name: 'an-addon', plan: 'test', region: 'amazon-web-services::us-east-1' };
  const made = await fn('api').invoke({
    rawPath: '/heroku/resources',
    rawQueryString: '',
    headers: { authorization },
    requestContext: { requestId: 'a-request', http: { method: 'POST', sourceIp: '192.0.2.1' } },
    body: JSON.stringify({ ...body, oauth_grant: { code: 'a-code' } }),
  });
  expect(made).toMatchObject({ statusCode: 200, body: expect.stringContaining('ACME_EVENTS_API_TOKEN') });
  expect(await call('POST', '/v1/tenants/an-addon/heroku/rotations')).toMatchObject({
    reason: expect.stringContaining('Heroku did not answer'),
  });
  await fn('schedule').invoke({}, { clockAheadMs: 120_000 });
  expect(fn('schedule').log).toContain('HEROKU_GRANT_FAILING');
  const removed = await fn('api').invoke({
    rawPath: `/heroku/resources/${body.uuid}`,
    rawQueryString: '',
    headers: { authorization },
    requestContext: { requestId: 'a-request', http: { method: 'DELETE', sourceIp: '192.0.2.1' } },
  });
  expect(removed).toMatchObject({ statusCode: 204 });
});

test('api looks into the log for what became of an event', async () => {
  const { entries } = await call('GET', `${tenant}/history`);
  expect(entries).toEqual([]);
});

test('api adds up the log for the flow of an app', async () => {
  expect(await call('GET', `${tenant}/flow`)).toMatchObject({ complete: true });
});

test('api has the console beside it, and reads none of it before somebody asks', async () => {
  const get = async (rawPath: string) =>
    (await fn('api').invoke({
      rawPath,
      rawQueryString: '',
      headers: { 'accept-encoding': 'br' },
      requestContext: { requestId: 'a-request', http: { method: 'GET', sourceIp: '192.0.2.1' } },
    })) as { statusCode: number; body: string; headers: Record<string, string>; isBase64Encoded?: boolean };
  const page = await get('/console/');
  expect(page).toMatchObject({ statusCode: 200, body: expect.stringContaining('<div id="console">') });
  const [script = ''] = /\/console\/assets\/main-\w+\.js/.exec(page.body) ?? [];
  const file = await get(script);
  expect(file).toMatchObject({
    statusCode: 200,
    isBase64Encoded: true,
    headers: { 'content-encoding': 'br' },
  });
  expect(brotliDecompressSync(Buffer.from(file.body, 'base64')).length).toBeGreaterThan(1_000);
  expect([...fn('api').loaded].filter((url) => url.includes('/console/'))).toEqual([]);
});

test('api describes itself', async () => {
  expect(await call('GET', '/v1/openapi.json')).toMatchObject({
    openapi: '3.1.0',
    components: { schemas: { Publication: { type: 'object' } } },
  });
});

// Runs after all of the above.
test('every part that a bundle imports on demand was imported', () => {
  for (const [name, { metafile, directory: built }] of bundles) {
    const chunks = Object.values(metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ kind, external }) => kind === 'dynamic-import' && external !== true),
    );
    expect(chunks.length).toBeGreaterThan(0);
    const left = chunks
      .map(({ path }) => path)
      .filter((path) => !fn(name).loaded.has(pathToFileURL(join(ROOT, path)).href))
      .map((path) => metafile.outputs[path]?.entryPoint);
    expect({ name, built, left }).toEqual({ name, built, left: NEVER_IMPORTED });
  }
});
