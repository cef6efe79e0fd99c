import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SalesforceSimulator } from '../../simulators/salesforce/index.ts';
import { startSalesforceSimulator } from '../../simulators/salesforce/index.ts';
import { type Json, LocalRun, publisher, temporaryState } from '../support/local-run.ts';

// The local run as a separate process, and a simulated org in this one, whose Data Cloud knows nothing of the client. Assert what
// the org accepted, and what commands and the API show.

const state = temporaryState();
let org: SalesforceSimulator;
let run: LocalRun;
let tenant: string;
let publish: ReturnType<typeof publisher>;

const sluice = (...args: readonly string[]) => run.sluice(...args, '-a', 'herokuevents-app');
const rows = (object: string) => org.dataCloud.ingested().filter((row) => row.object === object);
const taken = (key: string) => rows('Orders').filter((row) => row.key === key);

async function until(what: string, done: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const endsAtMs = Date.now() + withinMs;
  while (!(await done())) {
    if (Date.now() > endsAtMs) throw new Error(`expected ${what} within ${withinMs} ms`);
    await sleep(50);
  }
}

/** The app's deliveries with the status. */
async function deliveries(status: string): Promise<readonly Json[]> {
  const { json } = await run.api('GET', `${tenant}/deliveries?status=${status}`);
  const list = Array.isArray(json) ? json : json['deliveries'];
  if (!Array.isArray(list)) throw new Error(`expected a list, found ${JSON.stringify(json)}`);
  return list;
}

beforeAll(async () => {
  org = await startSalesforceSimulator({ faults: { dataCloudDelayMs: 0 } });
  run = await LocalRun.start(state.dir, '--no-demo');
  const { json } = await run.api('POST', '/v1/apps', { name: 'herokuevents-app' });
  tenant = `/v1/tenants/${String(json['id'])}`;
  publish = publisher(String(json['publish_url']));
  const { clientId, clientSecret } = org.credentials;
  const made = await run.api('POST', `${tenant}/platforms/salesforce/authorizations`, {
    alias: 'example-org',
    flow: 'sfdx-url',
    sfdx_auth_url: `force://${clientId}:${clientSecret}:${org.authorize().refreshToken}@${new URL(org.httpUrl).host}`,
    pubsub_endpoint: org.grpcAddress,
    insecure: true,
  });
  expect(made.status).toBe(201);
});

afterAll(async () => {
  await run.end('SIGINT');
  await org.close();
  state.remove();
});

describe('the command of the manual', () => {
  it('makes the publication, and prints what is recorded', async () => {
    expect(
      await run.sluice(
        ...'events:publications:datacloud:create ordersDataTarget -a herokuevents-app -c SalesConnector --object Orders -A example-org'.split(
          ' ',
        ),
      ),
    ).toEqual({ code: 0, stdout: '', stderr: 'Creating publication ordersDataTarget... done\n' });
    expect((await sluice('events:publications')).stdout).toMatch(
      /ordersDataTarget datacloud Connector: SalesConnector, Object: Orders/,
    );
    expect(
      (await sluice('events:publications:update', 'ordersDataTarget', '--primary-key', 'order_id')).code,
    ).toBe(0);
  });

  it.each([
    [
      ['-c', 'Sales', '--object', 'Orders', '-A', 'example-org'],
      /found\s+"Sales"; there\s+are[\s›]+SalesConnector/,
    ],
    [
      ['-c', 'SalesConnector', '--object', 'Order', '-A', 'example-org'],
      /found "Order"; it[\s›]+has[\s›]+Orders/,
    ],
    [['-c', 'SalesConnector', '--object', 'Orders__dlm', '-A', 'example-org'], /such as[\s›]+"Orders"/],
    [['-c', 'SalesConnector', '--object', 'Orders', '-A', 'nobody'], /alias or id of an authorization/],
    [
      ['-c', 'SalesConnector', '--object', 'Orders', '-A', 'example-org', '--primary-key', 'Id__c'],
      /without[\s›]+"__"/,
    ],
    [
      ['-c', 'SalesConnector', '--object', 'Orders', '-A', 'example-org', '--primary-key', 'id'],
      /it[\s›]+has[\s›]+order_id/,
    ],
    [
      ['-c', 'SalesConnector', '--object', 'Orders', '-A', 'example-org', '--refresh-mode', 'some'],
      /full, partial/,
    ],
    [
      ['-c', 'SalesConnector', '--object', 'Orders', '-A', 'example-org', '--record', '{}'],
      /together with[\s›]+--validate/,
    ],
    [
      ['-c', 'SalesConnector', '--object', 'Orders', '-A', 'example-org', '--validate', '--record', 'x'],
      /JSON[\s›]+object/,
    ],
    [
      [
        '-c',
        'SalesConnector',
        '--object',
        'Orders',
        '-A',
        'example-org',
        '--validate',
        '--record',
        '{"order_id":"1"}',
      ],
      /customer:[\s›]+missing/,
    ],
    [['--object', 'Orders', '-A', 'example-org'], /connector/],
  ])('with %j says what was expected', async (args, message) => {
    const { code, stderr } = await sluice('events:publications:datacloud:create', 'wrong', ...args);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });

  it('has Data Cloud test a record first, if it is to', async () => {
    expect(
      await sluice(
        'events:publications:datacloud:create',
        'tested',
        '-c',
        'SalesConnector',
        '--object',
        'Orders',
        '-A',
        'example-org',
        '--validate',
      ),
    ).toMatchObject({ code: 0 });
    expect(org.dataCloud.requests().at(-1)).toMatchObject({
      path: '/api/v1/ingest/sources/SalesConnector/Orders/actions/test',
      status: 202,
    });
    expect(rows('Orders')).toEqual([]);
  });
});

describe('an event that is published', () => {
  it('is a record in Data Cloud', async () => {
    expect(
      (
        await publish('ordersDataTarget', {
          order_id: 'o-1',
          amount: 12.5,
          ordered_on: '2026-11-23T23:00:00+01:00',
        })
      ).status,
    ).toBe(202);
    await until('the record', () => taken('o-1').length === 1);
    expect(org.dataCloud.records('SalesConnector', 'Orders')).toEqual([
      {
        order_id: 'o-1',
        customer: null,
        status: null,
        amount: 12.5,
        ordered_on: '2026-11-23',
        modified: null,
      },
    ]);
  });

  it('may delete it', async () => {
    expect((await publish('ordersDataTarget', { order_id: 'o-1', '@operation': 'delete' })).status).toBe(202);
    await until('the delete', () => org.dataCloud.records('SalesConnector', 'Orders').length === 0);
  });

  it.each([
    [{ order_id: 'o', Total__c: 1 }, /without \\"__\\"/],
    [{ order_id: 'o', lines: [] }, /nested data is not taken/],
    [[1], /JSON object, found a list/],
    [{ order_id: 'o', note: 'x'.repeat(200_000) }, /at most 194989 bytes/],
  ])('is refused at once when it can be no record of any connector', async (body, message) => {
    const answer = await publish('ordersDataTarget', body);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toMatch(message);
  });

  it('is rejected with its reason, and the others are delivered', async () => {
    org.faults.dataCloudRefusedKeys = ['poisoned'];
    const ids = ['a', 'b', 'poisoned', 'c', 'd'];
    await Promise.all([
      ...ids.map((id) => publish('ordersDataTarget', { order_id: id })),
      publish('ordersDataTarget', { order_id: 'e', total: 1 }),
    ]);
    await until('the others', () => ['a', 'b', 'c', 'd'].every((id) => taken(id).length > 0));
    await until('two rejections', async () => (await deliveries('rejected')).length === 2);
    const reasons = (await deliveries('rejected')).map((delivery) => JSON.stringify(delivery));
    expect(reasons.filter((reason) => reason.includes('record-refused'))).toHaveLength(1);
    expect(reasons.filter((reason) => reason.includes('field-mismatch'))).toHaveLength(1);
    expect(taken('poisoned')).toEqual([]);
  });

  it('waits while Data Cloud asks for it', async () => {
    org.faults.nextDataCloudRateLimited = 1;
    org.faults.dataCloudRetryAfterSeconds = 2;
    await publish('ordersDataTarget', { order_id: 'patient' });
    await until('the record', () => taken('patient').length === 1);
  });

  it('is delivered although its token was withdrawn', async () => {
    org.faults.nextDataCloudUnauthorized = 1;
    const before = org.dataCloud.exchanges();
    await publish('ordersDataTarget', { order_id: 'renewed' });
    await until('the record', () => taken('renewed').length === 1);
    expect(org.dataCloud.exchanges()).toBe(before + 1);
  });
});

describe('a change in the org', () => {
  it('is one in Data Cloud, a deletion too', async () => {
    const { code } = await sluice(
      'events:subscriptions:salesforce:create',
      'opportunities',
      '-t',
      '/data/OpportunityChangeEvent',
      '-A',
      'example-org',
    );
    expect(code).toBe(0);
    const made = await sluice(
      ...'events:publications:datacloud:create pipeline -c SalesConnector --object Opportunities -A example-org --primary-key Id --refresh-mode partial -s opportunities'.split(
        ' ',
      ),
    );
    expect(made).toMatchObject({ code: 0 });
    await until('the feed', () => org.openStreams().length > 0);
    const id = org.records.create('Opportunity', {
      Name: 'Deal',
      StageName: 'Prospecting',
      Amount: 10,
      CloseDate: '2030-01-31',
    });
    await until('the record', () => rows('Opportunities').length === 1);
    org.records.update(id, { StageName: 'Closed Won' });
    await until('the change', () => rows('Opportunities').length === 2);
    expect(org.dataCloud.records('SalesConnector', 'Opportunities')).toMatchObject([
      { Id: id, Name: 'Deal', StageName: 'Closed Won', Amount: 10, CloseDate: '2030-01-31' },
    ]);
    expect(rows('Opportunities').flatMap(({ problems }) => problems)).toEqual([]);
    org.records.delete(id);
    await until('the delete', () => rows('Opportunities').at(-1)?.operation === 'delete');
    expect(org.dataCloud.records('SalesConnector', 'Opportunities')).toEqual([]);
  });

  it('is made a record of by a filter', async () => {
    const filter = 'root = {"order_id": this.ChangeEventHeader.recordIds.index(0), "status": this.StageName}';
    expect(
      (await sluice('events:streams:create', 'opportunities', 'ordersDataTarget', '-f', filter)).code,
    ).toBe(0);
    let id = '';
    // A process may cache the streams for some seconds.
    await until('the record', async () => {
      id = org.records.create('Opportunity', {
        Name: 'x',
        StageName: 'Qualification',
        CloseDate: '2030-01-31',
      });
      await sleep(500);
      return taken(id).length > 0;
    });
    expect(taken(id)[0]).toMatchObject({
      record: { order_id: id, status: 'Qualification', amount: null },
      problems: [],
    });
  });
});

describe('kill -9 in the middle', () => {
  it('loses no record that got a 202', async () => {
    const port = new URL(run.origin).port;
    const accepted = new Set<string>();
    let next = 0;
    const worker = async () => {
      while (next < 200) {
        const id = `k-${next}`;
        next += 1;
        while (!accepted.has(id)) {
          try {
            if ((await publish('ordersDataTarget', { order_id: id })).status === 202) accepted.add(id);
          } catch {
            // Not accepted: the killed process comes back in a moment.
            await sleep(50);
          }
        }
      }
    };
    const publishing = Promise.all(Array.from({ length: 10 }, worker));
    while (accepted.size < 60) await sleep(5);
    await run.end('SIGKILL');
    run = await LocalRun.start(state.dir, '--no-demo', '--port', port);
    await publishing;
    await until('every record', () => [...accepted].every((id) => taken(id).length > 0), 60_000);
    expect(accepted.size).toBe(200);
  });
});

describe('an authorization that was revoked', () => {
  it('is told with what to do, and the record waits', async () => {
    org.faults.nextDataCloudUnauthorized = 100;
    org.revokeAllTokens({ refreshTokens: true });
    await publish('ordersDataTarget', { order_id: 'orphan' });
    await until('the delivery', async () => (await deliveries('waiting')).length > 0);
    const [waiting] = await deliveries('waiting');
    const { json } = await run.api('GET', `${tenant}/deliveries/${String(waiting?.['id'])}`);
    expect(JSON.stringify(json)).toMatch(/authorize/i);
    expect(taken('orphan')).toEqual([]);
  });
});
