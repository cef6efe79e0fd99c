import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../functions/api/routes/table.ts';
import { type FunctionName, type LocalHost, startLocalHost } from '../../local/host.ts';
import { LocalState } from '../../local/state.ts';
import { type SalesforceSimulator, startSalesforceSimulator } from '../../simulators/salesforce/index.ts';
import { FEED_TIMING } from '../../src/pipeline/read/feed-timing.ts';
import { statementsOf, synthesize } from '../infrastructure/support/synthesize.ts';
import { type AwsEngine, FUNCTION_NAMES, startAwsEngine } from '../support/aws-engine.ts';
import { type Json, publisher, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';
import { orgAuthorization, until } from '../support/salesforce.ts';
import { type Asked, WatchingProxy } from '../support/watching-proxy.ts';

// The five functions at work, each with its own proxy in front of SQS and DynamoDB: the template must grant their roles
// whatever they request. All routes are called except those listed at the end. Not covered: keys (KMS), the consumers'
// own requests, and what takes hours (late retries, expiry, renewals).

const asked = new Map<FunctionName, Asked[]>();
const proxies: WatchingProxy[] = [];
const routesAsked = new Set<string>();
const state = temporaryState();
let org: SalesforceSimulator;
let receiver: Receiver;
let host: LocalHost;
let engine: AwsEngine;

async function startProxy(
  name: FunctionName,
  service: 'sqs' | 'dynamodb',
  endpoint: string,
): Promise<string> {
  const seen = asked.get(name) ?? [];
  asked.set(name, seen);
  const proxy = await WatchingProxy.start(service, endpoint, (each) => seen.push(each));
  proxies.push(proxy);
  return proxy.endpoint;
}

async function call(method: string, path: string, body?: object): Promise<Json> {
  const pathname = path.split('?', 1)[0] ?? '';
  const route = ROUTES.find(
    (each) =>
      each.method === method && new RegExp(`^${each.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
  if (route !== undefined) routesAsked.add(route.id);
  const response = await fetch(`${host.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${host.adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

const list = async (path: string) => (await call('GET', path)) as unknown as readonly Json[];
const deliveries = async (tenant: string, status: string) =>
  (await call('GET', `${tenant}/deliveries?status=${status}`))['deliveries'] as readonly Json[];

beforeAll(async () => {
  org = await startSalesforceSimulator();
  receiver = await startReceiver();
  const localState = new LocalState(state.dir);
  engine = await startAwsEngine({ endpointOf: startProxy });
  host = await startLocalHost({
    port: 0,
    state: localState,
    engine,
    feedTiming: { ...FEED_TIMING, filterWindowMs: 500 },
  });
  await work();
  // A busy machine takes longer than a minute.
}, 120_000);

afterAll(async () => {
  await host.stop();
  await receiver.close();
  await org.close();
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  await engine.stop();
  state.remove();
});

async function work(): Promise<void> {
  await call('GET', '/v1/openapi.json');
  await call('GET', '/v1/apps');
  const app = await call('POST', '/v1/apps', { name: 'shop' });
  await call('GET', '/v1/apps/shop');
  const tenant = `/v1/tenants/${String(app['id'])}`;
  for (const tokens of ['/v1/tokens', `${tenant}/tokens`]) {
    const token = await call('POST', tokens, { label: 'ci' });
    await call('GET', tokens);
    await call('DELETE', `${tokens}/${String(token['id'])}`);
  }
  const rotated = await call('POST', `${tenant}/credentials`, {});
  await call('GET', `${tenant}/credentials`);

  await call('POST', `${tenant}/platforms/salesforce/authorizations`, orgAuthorization(org));
  await call('GET', `${tenant}/authorizations`);
  await call('GET', `${tenant}/authorizations/org`);
  await call('GET', `${tenant}/authorizations/org/schema?topic=/data/OpportunityChangeEvent`);
  await call('PATCH', `${tenant}/authorizations/org`, { client_secret: org.credentials.clientSecret });

  await call('POST', `${tenant}/platforms/salesforce/subscriptions`, {
    name: 'contexts',
    topic: '/event/Context__e',
    alias: 'org',
    replay: 'earliest',
    keep_last: 10,
  });
  const hook = { name: 'hook', url: receiver.url, source: 'contexts', retry: ['1s', '1h'] };
  await call('POST', `${tenant}/platforms/webhook/publications`, hook);
  await call('POST', `${tenant}/platforms/salesforce/publications`, {
    name: 'quotes',
    topic: '/event/QuoteGenerationComplete__e',
    alias: 'org',
  });
  await call('POST', `${tenant}/platforms/datacloud/publications`, {
    name: 'orders',
    connector: 'SalesConnector',
    object: 'Orders',
    alias: 'org',
  });
  await call('POST', `${tenant}/platforms/generate/subscriptions`, {
    name: 'ticker',
    interval: '1h',
    mapping: 'root.n = 1',
    target: 'hook',
  });
  // A filter that fails on every event; the event is then stored as a rejected delivery.
  await call('POST', `${tenant}/streams`, {
    source: 'contexts',
    target: 'quotes',
    filter: 'root = throw("no")',
  });

  // From the org: one event that is delivered, and one that cannot be decoded.
  org.publishPlatformEvent('Context__e', { Context__c: 'x' });
  org.publishRaw('/event/Context__e', Buffer.from([0xff, 0xff, 0xff]));
  await host.minute();
  await receiver.until((received) => received.length >= 2);
  await until('a rejected delivery', async () => (await deliveries(tenant, 'rejected')).length === 1);
  const quarantined = () => list(`${tenant}/quarantine`);
  await until('one in quarantine', async () => (await quarantined()).length === 1);
  const [undecodable] = await quarantined();
  const quarantineId = String(undecodable?.['id']);
  await call('GET', `${tenant}/quarantine/${quarantineId}`);
  await call('POST', `${tenant}/quarantine/${quarantineId}/replay`).catch(() => undefined);
  await call('DELETE', `${tenant}/quarantine/${quarantineId}`);

  // From an app: to the org, and to a receiver that fails once at each of the two waits and is then paused.
  const publish = publisher(String(rotated['publish_url']));
  expect((await publish('quotes', { Status__c: 'ready' })).status).toBe(202);
  await until('the org to have it', () => org.ledger('/event/QuoteGenerationComplete__e').length === 1);
  // Many at once, so that the functions also check the rate over all processes.
  await Promise.all(Array.from({ length: 20 }, (_, n) => publish('orders', { order_id: `o-${n}` })));
  await until('Data Cloud to have them', () => org.dataCloud.ingested().length >= 20);
  receiver.script.push(500, 204, 500, 500);
  expect((await publish('hook', { n: 1 })).status).toBe(202);
  await receiver.until((received) => received.length >= 4);
  expect((await publish('hook', { n: 2 })).status).toBe(202);
  await until('one that waits an hour', async () => (await deliveries(tenant, 'waiting')).length === 1);
  await receiver.until((received) => received.length >= 6);
  const [waiting] = await deliveries(tenant, 'waiting');
  const deliveryPath = `${tenant}/deliveries/${String(waiting?.['id'])}`;
  await call('GET', deliveryPath);
  await call('POST', `${deliveryPath}/retry`);
  await receiver.until((received) => received.length >= 7);
  await call('PATCH', `${tenant}/publications/hook`, { paused: true });
  // The functions may cache it for some seconds.
  await until('one that is parked', async () => {
    await publish('hook', { n: 3 });
    return (await deliveries(tenant, 'parked')).length > 0;
  });
  await call('PATCH', `${tenant}/publications/hook`, { paused: false });
  await call('POST', `${tenant}/publications/hook/secret`);
  await call('GET', `${tenant}/deliveries/count`);
  const redrive = await call('POST', `${tenant}/redrives`, { action: 'retry', filter: {} });
  const redrivePath = `${tenant}/redrives/${String(redrive['id'])}`;
  await call('GET', redrivePath);
  await call('GET', `${tenant}/redrives`);
  // With so little to do it has ended: it is read, and the change is refused.
  await call('PATCH', redrivePath, { paused: true }).catch(() => undefined);
  await call('DELETE', redrivePath).catch(() => undefined);
  await host.minute();
  const [rejected] = await deliveries(tenant, 'rejected');
  await call('DELETE', `${tenant}/deliveries/${String(rejected?.['id'])}`);

  await call('GET', `${tenant}/deliveries/count?status=waiting`);
  const started = await call('POST', `${tenant}/redrives`, {
    action: 'retry',
    filter: { publication: 'hook' },
  });
  await call('GET', `${tenant}/redrives/${String(started['id'])}`);
  await call('GET', `${tenant}/redrives`);
  await host.minute();
  // It has ended, so both are refused after it was read; a run writes a redrive as they would.
  await expect(
    call('PATCH', `${tenant}/redrives/${String(started['id'])}`, { paused: true }),
  ).rejects.toThrow(/409/);
  await expect(call('DELETE', `${tenant}/redrives/${String(started['id'])}`)).rejects.toThrow(/409/);

  await engine.sendToQueues('unreadable');
  const deadLetters = async () => (await call('GET', '/v1/dead-letters'))['dead_letters'] as readonly Json[];
  await until('three dead letters', async () => (await deadLetters()).length === 3);
  const [deadLetter] = await deadLetters();
  await call('GET', `/v1/dead-letters/${String(deadLetter?.['id'])}`);
  await call('POST', `/v1/dead-letters/${String(deadLetter?.['id'])}/redrive`);
  await call('POST', '/v1/dead-letters/redrive');
  // Still nobody can read them: they come back.
  await until('three dead letters again', async () => (await deadLetters()).length === 3);
  await call('GET', '/v1/dead-letters/count?kind=unreadable');
  const [again] = await deadLetters();
  await call('DELETE', `/v1/dead-letters/${String(again?.['id'])}`);
  await call('POST', '/v1/dead-letters/discard', { filter: { kind: 'unreadable' } });

  const signed = await call('POST', `${tenant}/platforms/webhook/publications`, {
    name: 'signed',
    url: receiver.url,
    signature: 'ed25519',
  });
  await call('GET', String((signed['params'] as Json)['jwks_path']));
  await call('PATCH', tenant.replace('/tenants/', '/apps/'), { retention: '2d' });
  await call('GET', `${tenant}/subscriptions/contexts/kept-events`);
  await call('GET', `${tenant}/status`);
  await call('GET', `${tenant}/publications`);
  await call('GET', `${tenant}/publications/hook`);
  const record = { by: 'record', value: '003xx000004TmiQAAS' };
  await call('POST', `${tenant}/erasures/count`, record);
  await call('POST', `${tenant}/erasures`, { by: 'event-id', value: String(waiting?.['event_id']) });
  await call('POST', `${tenant}/erasures`, record);
  await call('POST', `${tenant}/platforms/sluice/subscriptions`, { name: 'incidents', target: 'hook' });
  await call('GET', `${tenant}/streams`);
  await call('GET', `${tenant}/streams/contexts/hook`);
  await call('PATCH', `${tenant}/streams/contexts/hook`, { filter: 'root.inOrder = this', ordered: true });
  await call('GET', `${tenant}/subscriptions`);
  await call('GET', `${tenant}/subscriptions/contexts`);
  await call('PATCH', `${tenant}/subscriptions/contexts`, { paused: true });
  await call('PATCH', `${tenant}/subscriptions/contexts`, { paused: false });
  await call('POST', `${tenant}/subscriptions/contexts/rewind`, { to: 'earliest' });
  await call('POST', '/v1/console/links', { app: 'shop' });
  await listenOnce(tenant);
  for (const [platform, arn] of [
    ['sqs', 'arn:aws:sqs:eu-central-1:123456789012:orders'],
    ['eventbridge', 'arn:aws:events:eu-central-1:123456789012:event-bus/orders'],
    ['kinesis', 'arn:aws:kinesis:eu-central-1:123456789012:stream/orders'],
    ['s3', 'arn:aws:s3:::acme-lake'],
  ] as const) {
    await call('POST', `${tenant}/platforms/${platform}/publications`, { name: `to-${platform}`, arn });
  }
  // The rewind gives the stream, now ordered, its events again.
  await receiver.until((received) => received.some(({ event }) => event['streamsequence'] !== undefined));
  await pullWhatWasPosted(tenant, String(app['subscribe_url']));
  // The schedule makes a generator's next events.
  await call('POST', `${tenant}/platforms/generate/subscriptions`, {
    name: 'fast',
    interval: '1s',
    mapping: 'root.fast = counter()',
    target: 'hook',
  });
  await until('a second event of the generator', async () => {
    await host.minute();
    return receiver.received.filter(({ body }) => body.includes('"fast"')).length > 1;
  });
  // A filter that takes the worker's time from `contexts`: its subscription is rested.
  await call('POST', `${tenant}/platforms/salesforce/subscriptions`, {
    name: 'heavy',
    topic: '/event/Context__e',
    alias: 'org',
    target: 'hook',
    filter: 'root = if range(0, 20000).map_each(n -> n * 7 % 11).sum() > 0 { deleted() }',
  });
  await until(
    'a subscription that rests',
    async () => {
      for (let n = 0; n < 20; n += 1) org.publishPlatformEvent('Context__e', { Context__c: 'many' });
      return (await call('GET', `${tenant}/subscriptions/heavy`))['paused'] === true;
    },
    60_000,
  );
  await call('DELETE', `${tenant}/subscriptions/heavy`);
  await call('DELETE', `${tenant}/subscriptions/fast`);
  await call('DELETE', `${tenant}/streams/contexts/quotes`);
  await call('DELETE', `${tenant}/subscriptions/ticker/publications/hook`);
  await call('DELETE', `${tenant}/subscriptions/ticker`);
  await call('DELETE', `${tenant}/publications/hook`);
  await call('DELETE', `${tenant}/subscriptions/contexts`);
  await call('DELETE', `${tenant}/publications/quotes`);
  await call('DELETE', `${tenant}/publications/orders`);
  await call('DELETE', `${tenant}/authorizations/org`);
  const [user] = await list(`${tenant}/credentials`);
  await call('DELETE', `${tenant}/credentials/${String(user?.['user'])}`);
  await host.minute();
  await call('DELETE', '/v1/apps/shop');
}

/** A listener that takes an event, and its end. */
async function listenOnce(tenant: string): Promise<void> {
  const path = `${tenant}/listeners/laptop`;
  const opened = await call('POST', `${path}/sessions`, { by: 'a test', sources: ['ticker'] });
  const session = String(opened['session_id']);
  await call('POST', `${path}/deliveries`, { session_id: session, wait: 0 });
  await call('GET', `${tenant}/listeners`);
  await call('GET', path);
  await call('DELETE', `${path}/sessions/${session}`);
  await call('DELETE', path);
}

/** To an inbound URL, and from the publication that the first pull creates; and a full backlog. */
async function pullWhatWasPosted(tenant: string, subscribeUrl: string): Promise<void> {
  const secret = 'a-secret-of-the-sender';
  const settings = { name: 'inbound', verify: 'token', secret };
  const { inbound_url: url } = await call('POST', `${tenant}/platforms/webhook/subscriptions`, settings);
  const { username, password, origin } = new URL(subscribeUrl);
  const pull = async (target: string, receipts?: readonly string[]) => {
    const response = await fetch(`${origin}/${target}`, {
      headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
      ...(receipts !== undefined && { method: 'POST', body: JSON.stringify({ receipts }) }),
    });
    return (await response.json()) as { readonly deliveries: readonly { readonly receipt: string }[] };
  };
  await pull('inbound?max=1');
  await until('what was posted', async () => {
    const headers = { authorization: `Bearer ${secret}` };
    expect((await fetch(String(url), { method: 'POST', headers, body: '{}' })).status).toBe(202);
    const { deliveries: taken } = await pull('inbound?max=10&wait=1&ack=required');
    if (taken.length === 0) return false;
    await pull(
      'inbound/ack',
      taken.map(({ receipt }) => receipt),
    );
    return true;
  });
  await call('POST', `${tenant}/subscriptions/inbound/address`);
  await call('POST', `${tenant}/platforms/pull/publications`, {
    name: 'small',
    max_count: 1,
    source: 'inbound',
  });
  await until('one that was too many', async () => {
    await fetch(String(url), { method: 'POST', headers: { authorization: `Bearer ${secret}` }, body: '{}' });
    return (await deliveries(tenant, 'exhausted')).length > 0;
  });
  await call('DELETE', `${tenant}/subscriptions/inbound`);
}

describe('what the functions ask of AWS', () => {
  // The rehearsal covers the requests to CloudWatch Logs, on an emulator that checks them against the roles.
  it('was seen at every route but those to the logs, and the one that a browser comes back to', () => {
    const left = ROUTES.map(({ id }) => id).filter((id) => !routesAsked.has(id));
    expect(left).toEqual([
      'showFlow',
      'listHistory',
      'listDrops',
      'findEventsOfRecord',
      'traceEvent',
      'readLog',
      // The rehearsal covers a Heroku add-on, too.
      'showHerokuAddon',
      'rotateHerokuCredentials',
      'completeAuthorization',
    ]);
  });

  it.each(FUNCTION_NAMES)('is in the role of functions/%s', (name) => {
    const statements = statementsOf(synthesize(), name);
    const allowed: string[] = statements.flatMap(({ Action }) => Action);
    const indexes: string[] = JSON.stringify(statements).match(/(?<=\/index\/)\w+/g) ?? [];
    const seen = asked.get(name) ?? [];
    expect(seen.length).toBeGreaterThan(0);
    expect(
      [...new Set(seen.map(({ action }) => action))].filter((action) => !allowed.includes(action)),
    ).toEqual([]);
    expect(
      [...new Set(seen.flatMap(({ index }) => index ?? []))].filter((index) => !indexes.includes(index)),
    ).toEqual([]);
  });
});
