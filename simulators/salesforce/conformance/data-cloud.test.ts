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
