// `salesforce-pubsub-api-client`, unmodified, against the simulator: TLS, its own proto, its own Avro.
import { generateKeyPairSync } from 'node:crypto';
import PubSubApiClient from 'salesforce-pubsub-api-client';
import { afterEach, describe, expect, test } from 'vitest';
import type { SalesforceSimulator } from '../index.ts';
import { start, stopAll, until } from './support.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

interface Received {
  readonly id: string;
  readonly replayId: number;
  readonly payload: Record<string, unknown> & { readonly ChangeEventHeader: Record<string, unknown> };
}

type Client = InstanceType<typeof PubSubApiClient>;
const clients: Client[] = [];

afterEach(async () => {
  // the client's close() leaves its streams open (a known defect), so the simulator stops first and the client's errors
  // are handled
  await stopAll();
  clients.splice(0);
});

async function connect(
  simulator: SalesforceSimulator,
  config: Record<string, unknown> = {},
): Promise<Client> {
  const client = new PubSubApiClient(
    {
      authType: 'user-supplied',
      accessToken: simulator.authorize().accessToken,
      instanceUrl: 'https://sim.my.salesforce.com',
      organizationId: simulator.orgId,
      pubSubEndpoint: simulator.grpcTlsAddress?.replace('127.0.0.1', 'localhost'),
      rejectUnauthorizedSsl: false,
      ...config,
    } as never,
    quiet as never,
  );
  await client.connect();
  clients.push(client);
  return client;
}

function collector() {
  const events: Received[] = [];
  const types: string[] = [];
  const errors: unknown[] = [];
  const callback = (_info: unknown, type: string, data: unknown) => {
    types.push(type);
    if (type === 'event') events.push(data as Received);
    if (type === 'error') errors.push(data);
  };
  const received = async (count: number) => {
    await until(
      () => events.length >= count || errors.length > 0,
      () => `${events.length} of ${count} events`,
    );
    return events;
  };
  return { events, types, errors, callback: callback as never, received };
}

describe('authentication', () => {
  test('by client credentials, by JWT bearer, and by user name and password', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const simulator = await start({ grpcTlsPort: 0 });
    const { clientId, clientSecret, username, password } = simulator.credentials;
    simulator.configureApp({ publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })) });
    const loginUrl = simulator.httpUrl;
    const ways = [
      { authType: 'oauth-client-credentials', loginUrl, clientId, clientSecret },
      {
        authType: 'oauth-jwt-bearer',
        loginUrl,
        clientId,
        username,
        privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
      },
      { authType: 'username-password', loginUrl, username, password },
    ];
    for (const way of ways) {
      const client = await connect(simulator, way);
      await expect(
        client.publish('/event/Context__e', {
          CreatedDate: Date.now(),
          CreatedById: '005',
          Context__c: { string: way.authType },
        }),
      ).resolves.toMatchObject({
        replayId: expect.any(Number),
      });
    }
    expect(simulator.ledger('/event/Context__e').map((event) => event.payload)).toMatchObject(
      ways.map((way) => ({ Context__c: way.authType })),
    );
    await expect(connect(simulator, { ...ways[0], clientSecret: 'wrong' })).rejects.toThrow(
      'Failed to authenticate',
    );
  });
});

describe('subscriptions', () => {
  test('from the earliest event, then from a replay id', async () => {
    const simulator = await start({ grpcTlsPort: 0 });
    simulator.publishMany('Sluice_Demo__e', 5, (index) => ({
      Message__c: `m${index}`,
      Amount__c: index / 4,
      At__c: '2026-05-01T10:00:00Z',
    }));
    const client = await connect(simulator);
    const first = collector();
    client.subscribeFromEarliestEvent('/event/Sluice_Demo__e', first.callback, 5);
    const events = await first.received(5);
    expect(events.map((event) => event.payload['Message__c'])).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    expect(events[3]!.payload).toMatchObject({ Amount__c: 0.75, At__c: Date.UTC(2026, 4, 1, 10) });
    await until(
      () => first.types.includes('lastEvent'),
      () => 'lastEvent',
    );
    const other = await connect(simulator);
    const second = collector();
    other.subscribeFromReplayId('/event/Sluice_Demo__e', second.callback, null, events[2]!.replayId);
    expect((await second.received(2)).map((event) => event.payload['Message__c'])).toEqual(['m3', 'm4']);
  });

  test('change events on the channel of all, with fields named from true bitmaps', async () => {
    const simulator = await start({ grpcTlsPort: 0 });
    const client = await connect(simulator);
    const { callback, received } = collector();
    const account = simulator.records.create('Account', {
      Name: 'Acme',
      Phone: '1',
      BillingCity: 'Leeds',
      BillingState: 'Y',
    });
    const contact = simulator.records.create('Contact', { LastName: 'Lee', Email: 'lee@example.com' });
    simulator.records.update(
      account,
      { Phone: null, BillingCity: null, BillingCountry: 'UK', Industry: 'Energy' },
      { client: 'sluice' },
    );
    simulator.records.update(contact, { FirstName: 'Ann' });
    simulator.records.delete(contact);
    simulator.records.undelete(contact);
    simulator.emitGap('Account', 'GAP_UPDATE', ['001*']);
    client.subscribeFromEarliestEvent('/data/ChangeEvents', callback, 10);
    const events = await received(7);
    expect(
      events.map((event) => [
        event.payload.ChangeEventHeader['entityName'],
        event.payload.ChangeEventHeader['changeType'],
      ]),
    ).toEqual([
      ['Account', 'CREATE'],
      ['Contact', 'CREATE'],
      ['Account', 'UPDATE'],
      ['Contact', 'UPDATE'],
      ['Contact', 'DELETE'],
      ['Contact', 'UNDELETE'],
      ['Account', 'GAP_UPDATE'],
    ]);
    const [created, , updated, renamed, deleted, restored, gap] = events.map((event) => event.payload);
    expect(created).toMatchObject({ Name: 'Acme', BillingAddress: { City: 'Leeds', State: 'Y' } });
    expect(created!.ChangeEventHeader).toMatchObject({
      recordIds: [account],
      changedFields: [],
      commitUser: simulator.credentials.userId,
    });
    expect(updated).toMatchObject({
      Name: null,
      Phone: null,
      Industry: 'Energy',
      BillingAddress: { City: null, Country: 'UK', State: null },
    });
    expect(updated!.ChangeEventHeader).toMatchObject({
      nulledFields: ['Phone', 'BillingAddress.City'],
      changedFields: [
        'Phone',
        'Industry',
        'LastModifiedDate',
        'BillingAddress.City',
        'BillingAddress.Country',
      ],
      changeOrigin: 'com/salesforce/api/rest/67.0;client=sluice',
    });
    expect(renamed!.ChangeEventHeader).toMatchObject({
      changedFields: ['LastModifiedDate', 'Name.FirstName'],
    });
    expect(renamed!['Name']).toMatchObject({ FirstName: 'Ann', LastName: null });
    expect(deleted).toMatchObject({ Email: null, Name: null });
    expect(restored).toMatchObject({ Email: 'lee@example.com', Name: { FirstName: 'Ann', LastName: 'Lee' } });
    expect(gap!.ChangeEventHeader).toMatchObject({ recordIds: ['001*'] });
  });

  test('person accounts, 64-bit commit numbers, differences and overflow', async () => {
    const simulator = await start({
      grpcTlsPort: 0,
      faults: { commitNumberOffset: '9007199254740993', diffFields: true, gapOverflowAfter: 3 },
    });
    const client = await connect(simulator);
    const person = simulator.records.create('Account', { LastName: 'Lee', FirstName: 'Ann' });
    const long = 'lorem '.repeat(300);
    simulator.records.update(person, { Description: long });
    simulator.records.update(person, { Description: `${long}ipsum` });
    simulator.records.transaction(() => {
      for (const Name of ['A', 'B', 'C', 'D', 'E']) simulator.records.create('Account', { Name });
    });
    const { callback, received } = collector();
    client.subscribeFromEarliestEvent('/data/AccountChangeEvent', callback, 20);
    const events = (await received(7)).map((event) => event.payload);
    expect(events[0]!['Name']).toMatchObject({ FirstName: 'Ann', LastName: 'Lee' });
    expect(events[0]!.ChangeEventHeader['commitNumber']).toBeTypeOf('bigint');
    expect(events[2]!.ChangeEventHeader['diffFields']).toEqual(['Description']);
    expect(events[2]!['Description']).toMatch(/^--- [\da-f]{64}\n\+\+\+ [\da-f]{64}\n/);
    expect(events.slice(3).map((event) => event.ChangeEventHeader['changeType'])).toEqual([
      'CREATE',
      'CREATE',
      'CREATE',
      'GAP_OVERFLOW',
    ]);
    expect(events[6]!.ChangeEventHeader).toMatchObject({
      recordIds: ['000000000000000AAA'],
      sequenceNumber: 4,
    });
    expect(new Set(events.slice(3).map((event) => event.ChangeEventHeader['transactionKey'])).size).toBe(1);
  });

  test('schemas that change on the way', async () => {
    const simulator = await start({ grpcTlsPort: 0 });
    const client = await connect(simulator);
    const { callback, received } = collector();
    client.subscribeFromEarliestEvent('/event/Context__e', callback, null as never);
    simulator.publishPlatformEvent('Context__e', { Context__c: 'old' });
    simulator.addField('Context__e', { name: 'Extra__c', type: 'boolean' });
    simulator.publishPlatformEvent('Context__e', { Context__c: 'new', Extra__c: true });
    expect((await received(2)).map((event) => event.payload)).toMatchObject([
      { Context__c: 'old' },
      { Context__c: 'new', Extra__c: true },
    ]);
  });

  test('errors reach the callback with their trailers', async () => {
    const simulator = await start({ grpcTlsPort: 0 });
    const client = await connect(simulator);
    const { callback, errors } = collector();
    client.subscribe('/event/Nope__e', callback, 1);
    await until(
      () => errors.length > 0,
      () => 'an error',
    );
    const error = errors[0] as { metadata: { get(name: string): unknown[] }; details: string };
    expect(error.metadata.get('error-code')).toEqual(['sfdc.platform.eventbus.grpc.topic.not.found']);
    expect(error.details).toContain(`CORE/prod/${simulator.orgId} and topic /event/Nope__e`);
  });

  test('keepalives', async () => {
    const simulator = await start({ grpcTlsPort: 0, timing: { keepaliveMs: 30 } });
    const client = await connect(simulator);
    const { callback, types } = collector();
    client.subscribe('/event/Context__e', callback, 5);
    await until(
      () => types.filter((type) => type === 'grpcKeepAlive').length >= 2,
      () => 'two keepalives',
    );
  });
});

describe('managed subscriptions', () => {
  test('go on after the committed replay id', async () => {
    const simulator = await start({ grpcTlsPort: 0 });
    const { id } = simulator.defineManagedSubscription({
      developerName: 'Demo',
      topicName: '/event/Context__e',
      defaultReplay: 'EARLIEST',
    });
    simulator.publishMany('Context__e', 4, (index) => ({ Context__c: `c${index}` }));
    const instanceUrl = simulator.httpUrl;
    const client = await connect(simulator, {
      authType: 'oauth-client-credentials',
      loginUrl: instanceUrl,
      ...simulator.credentials,
    });
    const first = collector();
    await client.subscribeWithManagedSubscription('Demo', first.callback, 4);
    const events = await first.received(4);
    client.commitReplayId(id, events[1]!.replayId);
    await until(
      () => first.types.includes('grpcKeepAlive'),
      () => 'the commit response',
    );
    simulator.endStreams('ok');
    await until(
      () => simulator.openStreams().length === 0,
      () => 'the end of the stream',
    );
    const again = await connect(simulator, {
      authType: 'oauth-client-credentials',
      loginUrl: instanceUrl,
      ...simulator.credentials,
    });
    const second = collector();
    await again.subscribeWithManagedSubscription(id, second.callback, 4);
    expect((await second.received(2)).map((event) => event.payload['Context__c'])).toEqual(['c2', 'c3']);
    const third = collector();
    const other = await connect(simulator, {
      authType: 'oauth-client-credentials',
      loginUrl: instanceUrl,
      ...simulator.credentials,
    });
    await other.subscribeWithManagedSubscription(id, third.callback, 4);
    await until(
      () => third.errors.length > 0,
      () => 'a refusal',
    );
    expect(String((third.errors[0] as Error).message)).toContain('active subscriber');
  });
});

describe('publishing', () => {
  test('one event, and batches over a stream', async () => {
    const simulator = await start({ grpcTlsPort: 0 });
    const client = await connect(simulator);
    const payload = (text: string) => ({
      CreatedDate: Date.now(),
      CreatedById: simulator.credentials.userId,
      Context__c: { string: text },
    });
    await expect(client.publish('/event/Context__e', payload('one'), 'my-key')).resolves.toMatchObject({
      correlationKey: 'my-key',
    });
    const responses: { results?: { correlationKey: string }[] }[] = [];
    await client.publishBatch(
      '/event/Context__e',
      [
        { id: 'b1', payload: payload('two') },
        { id: 'b2', payload: payload('three') },
      ],
      ((_info: unknown, type: string, data: never) => {
        if (type === 'publishResponse') responses.push(data);
      }) as never,
    );
    await until(
      () => responses.length > 0,
      () => 'a publish response',
    );
    expect(simulator.ledger('/event/Context__e').map((event) => event.payload)).toMatchObject([
      { Context__c: 'one' },
      { Context__c: 'two' },
      { Context__c: 'three' },
    ]);
    expect(simulator.ledger('/event/Context__e')[0]!.id).toBe('my-key');
  });
});
