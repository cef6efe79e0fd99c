import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { SalesforceSimulator } from '../index.ts';
import { post, start, stopAll, until } from './support.ts';

afterEach(stopAll);

function exchange(simulator: SalesforceSimulator, subject: string, more: Record<string, string> = {}) {
  return post(
    `${simulator.httpUrl}/services/a360/token`,
    new URLSearchParams({
      grant_type: 'urn:salesforce:grant-type:external:cdp',
      subject_token: subject,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      ...more,
    }),
  );
}

async function connect(simulator: SalesforceSimulator) {
  const { json } = await exchange(simulator, simulator.authorize().accessToken);
  const base = String(json['instance_url']);
  const headers = { authorization: `Bearer ${String(json['access_token'])}` };
  const ingest = (path: string, body: Record<string, unknown>) =>
    post(`${base}/api/v1/ingest/sources/Sluice_Events/${path}`, body, headers);
  const remove = (path: string, body: Record<string, unknown>) =>
    fetch(`${base}/api/v1/ingest/sources/Sluice_Events/${path}`, {
      method: 'DELETE',
      body: JSON.stringify(body),
      headers: { ...headers, 'content-type': 'application/json' },
    });
  return { ingest, remove };
}

const EVENT = { id: 'e1', type: 't', source: 's', time: '2026-05-01T10:00:00.000Z', data: '' };
const MINUTES_3 = 180_000;

describe('token exchange', () => {
  test('gives a JWT with the tenant, for a session with a Data Cloud scope', async () => {
    const simulator = await start();
    const { status, json } = await exchange(simulator, simulator.authorize().accessToken);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      token_type: 'Bearer',
      issued_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      expires_in: 7193,
      instance_url: simulator.httpUrl,
    });
    const claims = JSON.parse(
      Buffer.from(String(json['access_token']).split('.')[1] ?? '', 'base64url').toString(),
    );
    expect(claims).toMatchObject({
      exp: expect.any(Number),
      audienceTenantId: expect.stringContaining('a360/'),
    });
    simulator.faults.dataCloudBareHost = true;
    expect((await exchange(simulator, simulator.authorize().accessToken)).json['instance_url']).toBe(
      simulator.httpUrl.replace('http://', ''),
    );
  });

  test('refuses', async () => {
    const simulator = await start();
    expect((await exchange(simulator, 'stale')).status).toBe(401);
    const { accessToken } = simulator.authorize();
    expect((await exchange(simulator, accessToken, { grant_type: 'x' })).json['error']).toBe(
      'unsupported_grant_type',
    );
    simulator.configureApp({ scopes: ['api'] });
    expect((await exchange(simulator, simulator.authorize().accessToken)).json['error']).toBe(
      'invalid_scope',
    );
    simulator.faults.nextDataCloudUnknownError = 1;
    expect((await exchange(simulator, accessToken)).json).toEqual({
      error: 'unknown_error',
      error_description: 'retry your request',
    });
  });
});

describe('ingestion', () => {
  test('upserts by primary key, to be seen some minutes later', async () => {
    const simulator = await start();
    const { ingest, remove } = await connect(simulator);
    const answer = await ingest('event', {
      data: [EVENT, { ...EVENT, id: 'e2' }, { ...EVENT, type: 'newer' }],
    });
    expect([answer.status, answer.json]).toEqual([202, { accepted: true }]);
    expect(simulator.dataCloud.records('Sluice_Events', 'event')).toEqual([]);
    expect(simulator.dataCloud.ingested()).toHaveLength(3);
    simulator.advanceClock(MINUTES_3);
    expect(simulator.dataCloud.records('Sluice_Events', 'event')).toMatchObject([
      { id: 'e1', type: 'newer' },
      { id: 'e2' },
    ]);
    expect((await remove('event', { ids: ['e1'] })).status).toBe(202);
    simulator.advanceClock(MINUTES_3);
    expect(simulator.dataCloud.records('Sluice_Events', 'event')).toMatchObject([{ id: 'e2' }]);
  });

  test('partial objects merge, and the newer modification wins', async () => {
    const simulator = await start({ faults: { dataCloudDelayMs: 0 } });
    const { ingest } = await connect(simulator);
    await ingest('order', {
      data: [{ order_id: 'o1', customer: 'Lee', amount: 5, modified: '2026-05-01T10:00:00Z' }],
    });
    await ingest('order', { data: [{ order_id: 'o1', amount: 7, modified: '2026-05-01T11:00:00Z' }] });
    await ingest('order', { data: [{ order_id: 'o1', amount: 1, modified: '2026-05-01T09:00:00Z' }] });
    expect(simulator.dataCloud.records('Sluice_Events', 'order')).toEqual([
      { order_id: 'o1', customer: 'Lee', amount: 7, modified: '2026-05-01T11:00:00Z' },
    ]);
    expect(simulator.ledger('/event/DataObjectDataChgEvent').map((event) => event.payload)).toMatchObject([
      { EventPrompt: 'INSERT' },
      { EventPrompt: 'UPDATE' },
      { EventPrompt: 'UPDATE' },
    ]);
  });

  test('accepts rows that it drops later; the test action says why', async () => {
    const simulator = await start({ faults: { dataCloudDelayMs: 0 } });
    const { ingest } = await connect(simulator);
    const bad = { ...EVENT, time: 'yesterday', Extra__c: 1 };
    expect((await ingest('event', { data: [bad] })).status).toBe(202);
    expect(simulator.dataCloud.records('Sluice_Events', 'event')).toEqual([]);
    expect(simulator.dataCloud.ingested()[0]!.problems).toEqual([
      'time: expected date-time, found "yesterday"',
      'Extra__c: not in the schema',
    ]);
    const report = await ingest('event/actions/test', { data: [EVENT, bad] });
    expect([report.status, report.json['validationReport']]).toEqual([
      400,
      [{ index: 1, errors: expect.any(Array) }],
    ]);
    expect((await ingest('event/actions/test', { data: [EVENT] })).status).toBe(202);
  });

  test('refuses', async () => {
    const simulator = await start();
    const { ingest, remove } = await connect(simulator);
    expect((await ingest('nope', { data: [EVENT] })).status).toBe(404);
    expect((await ingest('event', { records: [] })).status).toBe(400);
    expect((await ingest('event', { data: [{ ...EVENT, data: 'x'.repeat(201_000) }] })).status).toBe(400);
    simulator.faults.dataCloudTooLargeStatus = 413;
    expect((await ingest('event', { data: [{ ...EVENT, data: 'x'.repeat(201_000) }] })).status).toBe(413);
    expect(
      (await remove('event', { ids: Array.from({ length: 201 }, (_, index) => String(index)) })).status,
    ).toBe(400);
    simulator.faults.nextDataCloudUnavailable = 1;
    expect((await ingest('event', { data: [EVENT] })).status).toBe(500);
    simulator.advanceClock(7_200_000);
    expect((await ingest('event', { data: [EVENT] })).status).toBe(401);
  });

  test('more than 250 requests in a second', async () => {
    let now = Date.UTC(2026, 0, 1);
    const simulator = await start({ clock: () => now });
    const { ingest } = await connect(simulator);
    const statuses = await Promise.all(
      Array.from({ length: 252 }, async () => (await ingest('event', { data: [EVENT] })).status),
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    now += 1000;
    expect((await ingest('event', { data: [EVENT] })).status).toBe(202);
  });

  test('data actions call a webhook, signed', async () => {
    const simulator = await start();
    const calls: { body: string; signature: unknown }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += String(part);
      });
      request.on('end', () => {
        calls.push({ body, signature: request.headers['x-signature'] });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    simulator.dataCloud.setWebhook({
      url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`,
      secret: 'key',
    });
    const { ingest } = await connect(simulator);
    await ingest('order', { data: [{ order_id: 'o1', modified: '2026-05-01T10:00:00Z' }] });
    await until(
      () => calls.length === 1,
      () => 'the call',
    );
    expect(calls[0]!.signature).toBe(createHmac('sha256', 'key').update(calls[0]!.body).digest('base64'));
    expect(JSON.parse(calls[0]!.body)).toMatchObject({
      count: 1,
      events: [{ ActionDeveloperName: 'order_changed', EventPrompt: 'INSERT' }],
    });
    server.close();
  });
});

describe('connectors and their schemas', () => {
  const get = async (
    simulator: SalesforceSimulator,
    path: string,
    token = simulator.authorize().accessToken,
  ) => {
    const response = await fetch(`${simulator.httpUrl}/services/data/v65.0/ssot${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };

  test('are listed in pages, with their objects and fields', async () => {
    const simulator = await start();
    const { json } = await get(simulator, '/connections?connectorType=IngestApi&limit=200');
    const connections = json['connections'] as { id: string; name: string }[];
    expect(connections.map(({ name }) => name)).toEqual(['SalesConnector', 'Sluice_Events']);
    const second = await get(simulator, '/connections?connectorType=IngestApi&limit=1&offset=1');
    expect(second.json['connections']).toEqual([connections[1]]);
    const schema = await get(simulator, `/connections/${connections[0]!.id}/schema`);
    expect(schema.json).toMatchObject({
      schemas: [
        {
          name: 'Orders',
          schemaType: 'IngestApi',
          fields: expect.arrayContaining([{ name: 'ordered_on', label: 'ordered_on', dataType: 'Date' }]),
        },
        { name: 'Opportunities' },
      ],
    });
    simulator.faults.dataCloudNamesWithUuid = true;
    const named = await get(simulator, '/connections?connectorType=IngestApi');
    expect((named.json['connections'] as { name: string }[])[0]!.name).toMatch(
      /^SalesConnector_[0-9a-f]{8}(_[0-9a-f]{4}){3}_[0-9a-f]{12}$/,
    );
  });

  test('are not told to everybody', async () => {
    const simulator = await start();
    expect((await get(simulator, '/connections')).status).toBe(400);
    expect((await get(simulator, '/connections?connectorType=IngestApi', 'stale')).status).toBe(401);
    expect((await get(simulator, '/connections/1KsNone/schema')).status).toBe(404);
    simulator.faults.dataCloudConnectDenied = true;
    expect((await get(simulator, '/connections?connectorType=IngestApi')).status).toBe(403);
    simulator.faults.dataCloudConnectDenied = false;
    simulator.configureApp({ scopes: ['cdp_ingest_api'] });
    expect((await get(simulator, '/connections?connectorType=IngestApi')).status).toBe(403);
  });
});

describe('faults of the ingestion', () => {
  test('ask for patience', async () => {
    const simulator = await start({ faults: { nextDataCloudRateLimited: 2 } });
    const { remove } = await connect(simulator);
    expect((await remove('event', { ids: ['e1'] })).headers.get('retry-after')).toBeNull();
    simulator.faults.dataCloudRetryAfterSeconds = 7;
    const limited = await remove('event', { ids: ['e1'] });
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    expect((await remove('event', { ids: ['e1'] })).status).toBe(202);
  });

  test('lose an answer after the record was taken', async () => {
    const simulator = await start({ faults: { nextDataCloudLostAnswers: 1 } });
    const { ingest } = await connect(simulator);
    await expect(ingest('event', { data: [EVENT] })).rejects.toThrow();
    expect(simulator.dataCloud.ingested()).toHaveLength(1);
    expect(simulator.dataCloud.requests()).toMatchObject([{ method: 'POST', status: 0 }]);
  });

  test('refuse a request for one of its keys', async () => {
    const simulator = await start({ faults: { dataCloudRefusedKeys: ['e2'] } });
    const { ingest, remove } = await connect(simulator);
    const refused = await ingest('event', { data: [EVENT, { ...EVENT, id: 'e2' }] });
    expect([refused.status, refused.json]).toEqual([
      400,
      {
        timestamp: expect.stringMatching(/Z$/),
        error: 'Bad Request',
        message: expect.stringContaining('mismatch with Schema'),
        path: 'uri=/api/v1/ingest/sources/Sluice_Events/event',
        tenantId: expect.stringContaining('a360/'),
        internalErrorCode: 'COMMON_ERROR_GENERIC',
      },
    ]);
    expect((await remove('event', { ids: ['e2'] })).status).toBe(400);
    expect(simulator.dataCloud.ingested()).toEqual([]);
    expect((await ingest('event', { data: [EVENT] })).status).toBe(202);
  });

  test('end tokens early', async () => {
    const simulator = await start({ faults: { dataCloudTokenLifeSeconds: 60 } });
    const { ingest } = await connect(simulator);
    expect(simulator.dataCloud.exchanges()).toBe(1);
    expect((await ingest('event', { data: [EVENT] })).status).toBe(202);
    simulator.advanceClock(61_000);
    expect((await ingest('event', { data: [EVENT] })).status).toBe(401);
  });
});

test('a page shows people what came in, and its state', async () => {
  const simulator = await start();
  const { ingest } = await connect(simulator);
  await ingest('event', {
    data: [
      { ...EVENT, data: '<b>' },
      { ...EVENT, id: 'bad', Extra: 1 },
    ],
  });
  const page = async () => (await fetch(`${simulator.httpUrl}/data-cloud`)).text();
  expect(await page()).toContain('2 accepted, 0 found');
  expect(await page()).toContain('&lt;b&gt;');
  expect(await page()).toContain('dropped: Extra: not in the schema');
  simulator.advanceClock(MINUTES_3);
  expect(await page()).toContain('2 accepted, 1 found');
});
