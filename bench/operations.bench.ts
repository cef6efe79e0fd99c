import { fork } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLocalHost } from '../local/host.ts';
import { ManagementClient } from '../local/management-client.ts';
import { LocalState } from '../local/state.ts';
import { startSalesforceSimulator } from '../simulators/salesforce/index.ts';
import { startAwsEngine } from '../test/support/aws-engine.ts';
import { orgAuthorization } from '../test/support/salesforce.ts';
import { printMachine } from './measure.ts';

/**
 * What one event to one webhook costs on AWS: the five handlers of the local run with the production clients, and every
 * request that they make to SQS and DynamoDB counted on the wire, under a load that fills batches. The cost is list prices
 * (us-east-1, 2026) times these counts; the two durations that this machine cannot measure are constants below. DESIGN §7: ≤
 * 0.35 SQS requests, 0 writes and ≤ 0.02 reads of DynamoDB an event; ≤ $0.60 a million from Salesforce, ≤ $1.90 published one
 * by one through function URLs.
 */
const FROM_SALESFORCE = 10_000;
const PUBLISHED = 5_000;
const WARM_UP = 200;
const PUBLISHES_AT_ONCE = 32;

/** In dollars. */
const PRICES = {
  /** Includes the surcharge for fair queues. */
  sqsRequest: 0.5e-6,
  dynamodbWriteUnit: 0.625e-6,
  dynamodbReadUnit: 0.125e-6,
  lambdaRequest: 0.2e-6,
  lambdaGbSecond: 13.3334e-6,
  logGb: 0.5,
};
const MEMORY_GB = 0.25;
/** A receiver that answers within 0.3 s, ten at a time. */
const DELIVER_SECONDS = 0.3;
const INGEST_SECONDS = 0.015;
/** An item of up to 1 kB and its entry in an index. */
const UNITS_PER_WRITE = 2;

interface Counted {
  /** By operation, e.g. `AmazonSQS.SendMessageBatch`; empty receives are not counted. */
  readonly requests: ReadonlyMap<string, number>;
  readonly logBytes: number;
}

const requests = new Map<string, number>();
/** An empty receive answers `{}`. On AWS the number of these depends on the pollers, not on the events. */
const EMPTY_RECEIVE_BYTES = 2;
subscribe('http.client.response.finish', (message) => {
  const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
  const target = request.getHeader('x-amz-target');
  if (typeof target !== 'string') return;
  const isEmptyReceive =
    target.endsWith('.ReceiveMessage') && Number(response.headers['content-length']) <= EMPTY_RECEIVE_BYTES;
  if (!isEmptyReceive) requests.set(target, (requests.get(target) ?? 0) + 1);
});

const dir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const state = new LocalState(dir);
const receiver = fork(new URL('./receiver.ts', import.meta.url));
const [receiverPort] = await once(receiver, 'message');
const org = await startSalesforceSimulator({ seed: 1, faults: { deliveredLimit: Number.MAX_SAFE_INTEGER } });
let delivered = 0;
const engine = await startAwsEngine();
const host = await startLocalHost({
  port: 0,
  state,
  engine,
  onLogLine: (line) => {
    if (line.includes('DELIVERY_ATTEMPTED') && line.includes('"outcome":"delivered"')) delivered += 1;
  },
});
const api = new ManagementClient(host.url, host.adminToken);
const app = await api.post('/v1/apps', { name: 'bench' });
const tenant = `/v1/tenants/${String(app['id'])}/platforms`;
await api.post(`${tenant}/salesforce/authorizations`, orgAuthorization(org));
await api.post(`${tenant}/salesforce/subscriptions`, {
  name: 'accounts',
  topic: '/data/AccountChangeEvent',
  alias: 'org',
  replay: 'earliest',
});
await api.post(`${tenant}/webhook/publications`, {
  name: 'hook',
  url: `http://127.0.0.1:${String(receiverPort)}/hooks`,
  source: 'accounts',
  filter: 'root = if this.ChangeEventHeader.changeType == "UPDATE" { this } else { deleted() }',
});
const publishUrl = new URL(String(app['publish_url']));
const authorization = `Basic ${Buffer.from(`${publishUrl.username}:${publishUrl.password}`).toString('base64')}`;

/** Counts the requests from the load until all of it is delivered. */
async function count(events: number, load: () => void | Promise<void>): Promise<Counted> {
  const expected = delivered + events;
  const logBefore = statSync(host.logFile).size;
  requests.clear();
  await load();
  while (delivered < expected) await sleep(20);
  // The cursor of the last events is written, and their messages are deleted.
  await sleep(1_500);
  return { requests: new Map(requests), logBytes: statSync(host.logFile).size - logBefore };
}

const accountId = org.records.create('Account', { Name: 'Acme' });
const change = (events: number) => () => {
  for (let each = 0; each < events; each += 1) {
    org.records.update(accountId, { Phone: String(delivered + each), AnnualRevenue: each });
  }
};

let published = 0;
async function publishOne(): Promise<void> {
  published += 1;
  const response = await fetch(`${host.url}/hook`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ Status__c: 'Quotes Generated: 50', number: published, note: 'x'.repeat(400) }),
  });
  await response.arrayBuffer();
  if (response.status !== 202) throw new Error(`expected 202, found ${response.status}`);
}
const publish = (events: number) => async () => {
  const until = published + events;
  await Promise.all(
    Array.from({ length: PUBLISHES_AT_ONCE }, async () => {
      while (published < until) await publishOne();
    }),
  );
};

function report(title: string, events: number, counted: Counted, bounds: Bounds): void {
  const of = (matches: RegExp) =>
    [...counted.requests].reduce((sum, [target, times]) => sum + (matches.test(target) ? times : 0), 0);
  const sqs = of(/^AmazonSQS\./);
  const reads = of(/^DynamoDB_\d+\.(Get|Query|BatchGet)/);
  const writes = of(/^DynamoDB_\d+\.(Put|Update|Delete|BatchWrite)/);
  const invocations = of(/^AmazonSQS\.ReceiveMessage$/);
  const money = {
    SQS: sqs * PRICES.sqsRequest,
    // Reads are consistent: each costs a whole unit for up to 4 kB.
    DynamoDB: writes * UNITS_PER_WRITE * PRICES.dynamodbWriteUnit + reads * PRICES.dynamodbReadUnit,
    deliver: lambda(invocations, DELIVER_SECONDS),
    ingest: bounds.throughIngest ? lambda(events, INGEST_SECONDS) : 0,
    log: (counted.logBytes / 1e9) * PRICES.logGb,
  };
  const perMillion = (Object.values(money).reduce((sum, each) => sum + each, 0) / events) * 1e6;
  console.log(`\n${title}: ${events.toLocaleString('en')} events to one webhook, an event`);
  line('SQS requests', sqs / events, bounds.sqsMax);
  line('DynamoDB writes', writes / events, 0);
  line('DynamoDB reads', reads / events, 0.02);
  line('dollars a million', perMillion, bounds.dollarsMax);
  const parts = Object.entries(money).map(([name, each]) => `${name} ${((each / events) * 1e6).toFixed(2)}`);
  console.log(`  ${parts.join(', ')}`);
  const operations = [...counted.requests].toSorted(([, one], [, other]) => other - one);
  console.log(`  ${operations.map(([target, times]) => `${target.split('.').at(-1)} ${times}`).join(', ')}`);
}

interface Bounds {
  readonly sqsMax: number | undefined;
  readonly dollarsMax: number;
  readonly throughIngest: boolean;
}

function line(name: string, value: number, bound: number | undefined): void {
  const reach = bound === undefined ? '' : `to reach: ≤ ${bound}`;
  console.log(`  ${name.padEnd(20)} ${value.toFixed(4).padStart(9)}   ${reach}`);
}

function lambda(invocations: number, seconds: number): number {
  return invocations * (PRICES.lambdaRequest + seconds * MEMORY_GB * PRICES.lambdaGbSecond);
}

printMachine();
await count(WARM_UP, change(WARM_UP));
const fromSalesforce = await count(FROM_SALESFORCE, change(FROM_SALESFORCE));
report('from Salesforce', FROM_SALESFORCE, fromSalesforce, {
  sqsMax: 0.35,
  dollarsMax: 0.6,
  throughIngest: false,
});
await count(WARM_UP, publish(WARM_UP));
const publishes = await count(PUBLISHED, publish(PUBLISHED));
report('published one by one', PUBLISHED, publishes, {
  sqsMax: undefined,
  dollarsMax: 1.9,
  throughIngest: true,
});
await host.stop();
await engine.stop();
await org.close();
receiver.kill();
rmSync(dir, { recursive: true, force: true });
