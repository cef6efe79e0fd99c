import { afterEach, describe, expect, test } from 'vitest';
import type { SalesforceSimulator } from '../index.ts';
import { PubSubConnection, post, start, stopAll, until } from './support.ts';

afterEach(stopAll);

interface Payload {
  readonly ChangeEventHeader: {
    readonly changeType: string;
    readonly recordIds: readonly string[];
    readonly transactionKey: string;
    readonly sequenceNumber: number;
    readonly changedFields: readonly string[];
    readonly nulledFields: readonly string[];
  };
  readonly [field: string]: unknown;
}

function changes(simulator: SalesforceSimulator, topic = '/data/ChangeEvents'): Payload[] {
  return simulator.ledger(topic).map((event) => event.payload as Payload);
}

async function api(
  simulator: SalesforceSimulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${simulator.httpUrl}/services/data/v67.0/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${simulator.authorize().accessToken}`,
      'content-type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: text === '' ? undefined : JSON.parse(text),
  };
}

describe('transactions', () => {
  test('one call, one transaction key; the same change of several records is one event', async () => {
    const simulator = await start();
    const records = (status: string, ids: string[]) =>
      ids.map((Id) => ({ attributes: { type: 'Case' }, Id, Status: status }));
    const ids = ['a', 'b', 'c'].map((Subject) => simulator.records.create('Case', { Subject }));
    await api(simulator, 'PATCH', 'composite/sobjects', {
      records: [...records('Working', ids.slice(0, 2)), ...records('Closed', ids.slice(2))],
    });
    const [merged, single, ...rest] = changes(simulator).slice(3);
    expect(rest).toEqual([]);
    expect(merged).toMatchObject({
      Status: 'Working',
      ChangeEventHeader: { changeType: 'UPDATE', recordIds: ids.slice(0, 2), sequenceNumber: 1 },
    });
    expect(single).toMatchObject({
      Status: 'Closed',
      IsClosed: true,
      ChangeEventHeader: { recordIds: ids.slice(2), sequenceNumber: 2 },
    });
    expect(single!.ChangeEventHeader.transactionKey).toBe(merged!.ChangeEventHeader.transactionKey);
  });

  test('all or none: a failure undoes the records and their events', async () => {
    const simulator = await start();
    const account = simulator.records.create('Account', { Name: 'Acme' });
    const record = (fields: object) => ({ attributes: { type: 'Account' }, ...fields });
    const body = {
      allOrNone: true,
      records: [record({ Id: account, Name: 'Changed' }), record({ Id: account, Nope: 1 })],
    };
    const { json } = await api(simulator, 'PATCH', 'composite/sobjects', body);
    expect(json.map((result: { errors: { statusCode: string }[] }) => result.errors[0]!.statusCode)).toEqual([
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'INVALID_FIELD',
    ]);
    expect(simulator.records.get(account)).toMatchObject({ Name: 'Acme' });
    expect(changes(simulator)).toHaveLength(1);
  });

  test('the caller names itself in the origin', async () => {
    const simulator = await start();
    await api(
      simulator,
      'POST',
      'sobjects/Account',
      { Name: 'Acme' },
      { 'Sforce-Call-Options': 'client=sluice' },
    );
    expect(changes(simulator)[0]!.ChangeEventHeader).toMatchObject({
      changeOrigin: 'com/salesforce/api/rest/67.0;client=sluice',
    });
  });
});

describe('fields', () => {
  test('a change without a change has no event', async () => {
    const simulator = await start();
    const account = simulator.records.create('Account', { Name: 'Acme' });
    simulator.records.update(account, { Name: 'Acme' });
    expect(changes(simulator)).toHaveLength(1);
  });

  test('bits stand for positions in the schema of that event', async () => {
    const simulator = await start();
    const id = simulator.records.create('Shipment__c', {
      Name: 'S',
      Position__Latitude__s: 1.5,
      Position__Longitude__s: 2.5,
      Weight__c: 3,
    });
    simulator.records.update(id, {
      Position__Latitude__s: null,
      Weight__c: null,
      Fragile__c: true,
      Delivered_At__c: '2026-05-01T10:00:00+02:00',
    });
    const connection = new PubSubConnection(simulator);
    const { type } = await connection.schema('/data/Shipment__ChangeEvent');
    const names = (type.schema() as { fields: { name: string }[] }).fields.map((field) => field.name);
    const [, update] = changes(simulator, '/data/Shipment__ChangeEvent');
    const bits = (...fields: string[]) =>
      fields.reduce((sum, name) => sum | (1n << BigInt(names.findIndex((item) => item.endsWith(name)))), 0n);
    const { changedFields, nulledFields } = update!.ChangeEventHeader;
    expect(BigInt(changedFields[0]!)).toBe(
      bits('LastModifiedDate', 'Weight__c', 'Fragile__c', 'Delivered_At__c'),
    );
    expect(changedFields.slice(1)).toEqual([
      `${names.findIndex((name) => name.endsWith('Position__c'))}-0x01`,
    ]);
    expect(BigInt(nulledFields[0]!)).toBe(bits('Weight__c'));
    expect(update).toMatchObject({
      Delivered_At__c: Date.UTC(2026, 4, 1, 8),
      Weight__c: null,
      Position__c: null,
    });
    connection.close();
  });
});

describe('REST', () => {
  test('needs a session, and counts its calls', async () => {
    const simulator = await start();
    const bare = await fetch(`${simulator.httpUrl}/services/data/v67.0/limits`);
    expect([bare.status, await bare.json()]).toEqual([
      401,
      [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
    ]);
    expect((await fetch(`${simulator.httpUrl}/services/data/`)).status).toBe(200);
    expect((await api(simulator, 'GET', 'limits')).headers.get('sforce-limit-info')).toBe(
      'api-usage=1/100000',
    );
    expect((await api(simulator, 'GET', 'limits')).json['DailyApiRequests']).toEqual({
      Max: 100_000,
      Remaining: 99_998,
    });
  });

  test('serves event schemas by event and by id', async () => {
    const simulator = await start();
    const compact = await api(simulator, 'GET', 'sobjects/Sluice_Demo__e/eventSchema?payloadFormat=COMPACT');
    expect(compact.json).toMatchObject({
      name: 'Sluice_Demo__e',
      namespace: 'com.sforce.eventbus',
      uuid: expect.stringMatching(/^.{22}$/),
    });
    expect(
      (await api(simulator, 'GET', `event/eventSchema/${compact.json.uuid}?payloadFormat=COMPACT`)).json,
    ).toEqual(compact.json);
    expect(
      (await api(simulator, 'GET', 'sobjects/AccountChangeEvent/eventSchema?payloadFormat=COMPACT')).json,
    ).toMatchObject({ name: 'AccountChangeEvent' });
    expect((await api(simulator, 'GET', `event/eventSchema/${compact.json.uuid}`)).json).toMatchObject({
      type: 'expanded-record',
    });
    expect((await api(simulator, 'GET', 'sobjects/Nope__e/eventSchema')).status).toBe(404);
  });

  test.each([
    [{ apiDisabled: true }, 403, 'API_DISABLED_FOR_ORG'],
    [{ nextServerUnavailable: 1 }, 503, 'SERVER_UNAVAILABLE'],
    [{ nextSessionNotForRest: 1 }, 401, 'INVALID_SESSION_ID'],
    [{ apiLimit: 0 }, 403, 'REQUEST_LIMIT_EXCEEDED'],
  ])('fault %j', async (faults, status, errorCode) => {
    const simulator = await start({ faults });
    const answer = await api(simulator, 'GET', 'sobjects');
    expect([answer.status, answer.json[0].errorCode]).toEqual([status, errorCode]);
  });

  test('malformed bodies are refused', async () => {
    const simulator = await start();
    const { accessToken } = simulator.authorize();
    const send = (body: string, path = 'sobjects/Account') =>
      fetch(`${simulator.httpUrl}/services/data/v67.0/${path}`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      });
    expect((await send('{"Name":')).status).toBe(400);
    expect((await send('[1]')).status).toBe(400);
    expect((await send('{"records":7}', 'composite/sobjects')).status).toBe(400);
    const wrong = await send('{"Name":"A","NumberOfEmployees":3000000000}');
    expect([wrong.status, await wrong.json()]).toMatchObject([
      400,
      [{ errorCode: 'INVALID_TYPE_ON_FIELD_IN_RECORD', fields: ['NumberOfEmployees'] }],
    ]);
    expect((await send('{"Context__c":{"a":1}}', 'sobjects/Context__e')).status).toBe(400);
  });

  test('values are judged by their type, and not by what could be made of them', async () => {
    const simulator = await start();
    const opportunity = { Name: 'A', StageName: 'Prospecting', CloseDate: '2024-02-29', Amount: '12.5' };
    const status = async (changes: object) =>
      (await api(simulator, 'POST', 'sobjects/Opportunity', { ...opportunity, ...changes })).status;
    expect(await status({})).toBe(201);
    for (const CloseDate of ['2026-02-31', '2026-11-26 tomorrow', '26 Nov 2026', 1])
      expect(await status({ CloseDate })).toBe(400);
    for (const Amount of ['0x10', ' 5 ', true]) expect(await status({ Amount })).toBe(400);
  });
});

test('a connection carries at most 1,000 streams, each of them served', async () => {
  const simulator = await start();
  const connection = new PubSubConnection(simulator);
  const streams = Array.from({ length: 1010 }, () => connection.subscribe('/event/Context__e', 1));
  await until(
    () => simulator.openStreams().length >= 1000,
    () => '1,000 streams',
    25_000,
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(simulator.openStreams()).toHaveLength(1000);
  simulator.publishPlatformEvent('Context__e', { Context__c: 'x' });
  await until(
    () => streams.filter((stream) => stream.events.length === 1).length === 1000,
    () => 'an event on each',
    25_000,
  );
  connection.close();
});

test('control over HTTP reports what it did not understand', async () => {
  const simulator = await start();
  expect((await post(`${simulator.httpUrl}/__simulator/records/create`, { entity: 'Nope' })).json).toEqual({
    error: 'NOT_FOUND: The requested resource does not exist',
  });
  expect((await post(`${simulator.httpUrl}/__simulator/events`, { name: 'Nope__e' })).json).toEqual({
    error: 'Expected the name of a platform event of the org, found "Nope__e".',
  });
  expect(
    (await post(`${simulator.httpUrl}/__simulator/events`, { name: 'Context__e', fields: { Nope__c: 1 } }))
      .json,
  ).toEqual({
    error: 'Expected fields of Context__e (CreatedDate, CreatedById, Context__c), found "Nope__c".',
  });
});
