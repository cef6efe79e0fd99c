// `jsforce`, unmodified, against the simulator over plain HTTP.
import { createSign, generateKeyPairSync } from 'node:crypto';
import jsforce from 'jsforce';
import { afterEach, describe, expect, test } from 'vitest';
import type { SalesforceSimulator } from '../index.ts';
import { start, stopAll } from './support.ts';

afterEach(stopAll);

type Connection = InstanceType<typeof jsforce.Connection>;

function oauth2(simulator: SalesforceSimulator, more: Record<string, unknown> = {}) {
  const { clientId, clientSecret } = simulator.credentials;
  return new jsforce.OAuth2({
    loginUrl: simulator.httpUrl,
    clientId,
    clientSecret,
    redirectUri: 'http://127.0.0.1/callback',
    ...more,
  });
}

async function connect(simulator: SalesforceSimulator): Promise<Connection> {
  const connection = new jsforce.Connection({
    instanceUrl: simulator.httpUrl,
    oauth2: oauth2(simulator),
    version: '67.0',
    maxRequest: 4,
  });
  await connection.authorize({ grant_type: 'client_credentials' } as never);
  return connection;
}

describe('authorization', () => {
  test('web server flow through the login page, refresh after 401, revoke', async () => {
    const simulator = await start();
    const url = oauth2(simulator).getAuthorizationUrl({ state: 'st' });
    const page = await (await fetch(url)).text();
    expect(page).toContain('Allow Access?');
    const ticket = /name="ticket" value="(\w+)"/.exec(page)?.[1] ?? '';
    const decide = (decision: string, what = ticket) =>
      fetch(`${simulator.httpUrl}/services/oauth2/consent`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ ticket: what, decision }),
      });
    const back = new URL((await decide('allow')).headers.get('location') ?? '');
    expect(back.searchParams.get('state')).toBe('st');
    expect((await decide('allow')).status).toBe(400); // a page is valid once
    const connection = new jsforce.Connection({
      oauth2: oauth2(simulator),
      instanceUrl: simulator.httpUrl,
      version: '67.0',
    });
    const user = await connection.authorize(back.searchParams.get('code') ?? '');
    expect(user).toEqual({
      id: simulator.credentials.userId,
      organizationId: simulator.orgId,
      url: expect.any(String),
    });
    expect(connection.instanceUrl).toBe(simulator.httpUrl);
    const before = connection.accessToken;
    simulator.revokeAllTokens();
    await expect(connection.sobject('Account').find()).resolves.toEqual([]);
    await expect(connection.identity()).resolves.toMatchObject({
      username: simulator.credentials.username,
      organization_id: simulator.orgId,
    });
    expect(connection.accessToken).not.toBe(before);
    await connection.logout(true);
    await expect(oauth2(simulator).refreshToken(connection.refreshToken ?? '')).rejects.toThrow();
  });

  test('a refusal comes back to the app', async () => {
    const simulator = await start();
    const page = await (await fetch(oauth2(simulator).getAuthorizationUrl({}))).text();
    const ticket = /name="ticket" value="(\w+)"/.exec(page)?.[1] ?? '';
    const answer = await fetch(`${simulator.httpUrl}/services/oauth2/consent`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ ticket, decision: 'deny' }),
    });
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('error')).toBe('access_denied');
  });

  test('the rotation trap: the second refresh sends a used token and everything ends', async () => {
    const simulator = await start();
    simulator.configureApp({ rotateRefreshTokens: true });
    const { accessToken, refreshToken } = simulator.authorize();
    const connection = new jsforce.Connection({
      oauth2: oauth2(simulator),
      instanceUrl: simulator.httpUrl,
      accessToken,
      refreshToken,
      version: '67.0',
    });
    simulator.revokeToken(accessToken);
    await connection.query('SELECT Id FROM Account');
    simulator.revokeToken(connection.accessToken ?? '');
    await expect(connection.query('SELECT Id FROM Account')).rejects.toThrow('expired access/refresh token');
  });

  test('JWT bearer and SOAP login', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const simulator = await start();
    simulator.configureApp({ publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })) });
    const { clientId, username, password } = simulator.credentials;
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${encode({ alg: 'RS256' })}.${encode({ iss: clientId, sub: username, aud: 'https://login.salesforce.com', exp: Math.floor(Date.now() / 1000) + 120 })}`;
    const assertion = `${body}.${createSign('sha256').update(body).sign(privateKey, 'base64url')}`;
    const connection = new jsforce.Connection({
      oauth2: oauth2(simulator),
      instanceUrl: simulator.httpUrl,
      version: '67.0',
    });
    await connection.authorize({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion,
    } as never);
    await expect(connection.limits()).resolves.toHaveProperty('DailyApiRequests');
    const soap = new jsforce.Connection({ loginUrl: simulator.httpUrl, version: '67.0' });
    await expect(soap.login(username, password)).resolves.toMatchObject({ organizationId: simulator.orgId });
    await expect(soap.query('SELECT Id FROM Account')).resolves.toMatchObject({ totalSize: 0 });
    await expect(
      new jsforce.Connection({ loginUrl: simulator.httpUrl }).login(username, 'no'),
    ).rejects.toThrow('INVALID_LOGIN');
  });
});

describe('records', () => {
  test('are created, read, changed, upserted and deleted', async () => {
    const simulator = await start();
    const connection = await connect(simulator);
    const made = await connection
      .sobject('Account')
      .create({ Name: 'Acme', NumberOfEmployees: 12, ERP_Number__c: 'E1' });
    expect(made).toMatchObject({ success: true, errors: [] });
    const id = made.id ?? '';
    expect(await connection.sobject('Account').retrieve(id)).toMatchObject({
      Id: id,
      Name: 'Acme',
      NumberOfEmployees: 12,
      attributes: { type: 'Account' },
    });
    await expect(connection.sobject('Account').update({ Id: id, Phone: '123' })).resolves.toMatchObject({
      success: true,
    });
    await expect(
      connection.sobject('Account').upsert({ ERP_Number__c: 'E1', Rating: 'Hot' } as never, 'ERP_Number__c'),
    ).resolves.toMatchObject({ success: true });
    await expect(
      connection.sobject('Account').upsert({ ERP_Number__c: 'E2', Name: 'Beta' } as never, 'ERP_Number__c'),
    ).resolves.toMatchObject({ success: true, created: true });
    expect(simulator.records.all('Account')).toMatchObject([
      { Name: 'Acme', Phone: '123', Rating: 'Hot' },
      { Name: 'Beta' },
    ]);
    const many = await connection
      .sobject('Contact')
      .create([{ LastName: 'A' }, { FirstName: 'no last name' }, { LastName: 'B' }] as never);
    expect((many as unknown as { success: boolean }[]).map((result) => result.success)).toEqual([
      true,
      false,
      true,
    ]);
    await expect(connection.sobject('Account').destroy(id)).resolves.toMatchObject({ success: true });
    await expect(connection.sobject('Account').retrieve(id)).rejects.toMatchObject({
      errorCode: 'ENTITY_IS_DELETED',
    });
    expect(
      simulator
        .ledger('/data/AccountChangeEvent')
        .map(
          (event) =>
            (event.payload as { ChangeEventHeader: { changeType: string } }).ChangeEventHeader.changeType,
        ),
    ).toEqual(['CREATE', 'UPDATE', 'UPDATE', 'CREATE', 'DELETE']);
  });

  test('are queried', async () => {
    const simulator = await start();
    const connection = await connect(simulator);
    for (let index = 0; index < 5; index += 1)
      simulator.records.create('Opportunity', {
        Name: `Deal '${index}'`,
        StageName: 'Prospecting',
        CloseDate: '2030-01-01',
        Amount: index * 10,
      });
    const found = await connection.query(
      "SELECT Id, Name, Amount FROM Opportunity WHERE Amount >= 20 AND Name != 'x' ORDER BY Amount DESC LIMIT 2",
    );
    expect(found).toMatchObject({
      totalSize: 2,
      done: true,
      records: [{ Name: "Deal '4'", Amount: 40 }, { Amount: 30 }],
    });
    const id = found.records[0]!.Id ?? '';
    await expect(connection.sobject('Opportunity').findOne({ Id: id })).resolves.toMatchObject({
      Name: "Deal '4'",
    });
    await expect(
      connection.query(`SELECT Name FROM Opportunity WHERE Id = '${id.slice(0, 15)}'`),
    ).resolves.toMatchObject({ totalSize: 1 });
    await expect(
      connection.query("SELECT Id FROM Opportunity WHERE Name = 'Deal \\'3\\''"),
    ).resolves.toMatchObject({ totalSize: 1 });
    await expect(connection.query('SELECT count() FROM Opportunity')).resolves.toMatchObject({
      totalSize: 5,
    });
    await expect(connection.query('SELECT Nope FROM Opportunity')).rejects.toMatchObject({
      errorCode: 'INVALID_FIELD',
    });
    await expect(connection.query('SELECT Id FROM Nope')).rejects.toMatchObject({
      errorCode: 'INVALID_TYPE',
    });
    await expect(connection.query('DELETE everything')).rejects.toMatchObject({
      errorCode: 'MALFORMED_QUERY',
    });
    await expect(connection.query('SELECT Id, Name FROM Organization')).resolves.toMatchObject({
      records: [{ Id: simulator.orgId }],
    });
  });

  test('more rows than one answer holds', async () => {
    const simulator = await start();
    const connection = await connect(simulator);
    simulator.records.transaction(() => {
      for (let index = 0; index < 2005; index += 1)
        simulator.records.create('Case', { Subject: `S${index}` });
    });
    const first = await connection.query('SELECT Subject FROM Case');
    expect(first).toMatchObject({ totalSize: 2005, done: false });
    const rest = await connection.queryMore(first.nextRecordsUrl ?? '');
    expect(rest).toMatchObject({ done: true });
    expect(rest.records).toHaveLength(5);
  });

  test('are described', async () => {
    const simulator = await start();
    const connection = await connect(simulator);
    const global = await connection.describeGlobal();
    expect(global.sobjects.map((item) => item.name)).toEqual(
      expect.arrayContaining([
        'Account',
        'AccountChangeEvent',
        'Shipment__c',
        'Shipment__ChangeEvent',
        'Sluice_Demo__e',
      ]),
    );
    const opportunity = await connection.describe('Opportunity');
    expect(opportunity.fields.find((field) => field.name === 'StageName')).toMatchObject({
      type: 'picklist',
      nillable: false,
    });
    const event = await connection.describe('Sluice_Demo__e');
    expect(event.fields.map((field) => field.name)).toEqual([
      'ReplayId',
      'CreatedDate',
      'CreatedById',
      'EventUuid',
      'Message__c',
      'Amount__c',
      'At__c',
    ]);
  });

  test('errors', async () => {
    const simulator = await start();
    const connection = await connect(simulator);
    const account = connection.sobject('Account');
    await expect(account.create({ Name: 'x', Nope: 1 } as never)).rejects.toMatchObject({
      errorCode: 'INVALID_FIELD',
      message: "No such column 'Nope' on sobject of type Account",
    });
    await expect(account.create({} as never)).rejects.toMatchObject({ errorCode: 'REQUIRED_FIELD_MISSING' });
    await expect(account.create({ Name: 'x', Phone: '1'.repeat(41) })).rejects.toMatchObject({
      errorCode: 'STRING_TOO_LONG',
    });
    await expect(connection.sobject('Nope').create({} as never)).rejects.toMatchObject({
      errorCode: 'NOT_FOUND',
    });
    await expect(account.retrieve('001000000000000AAA')).rejects.toMatchObject({ errorCode: 'NOT_FOUND' });
    simulator.faults.apiLimit = 1;
    await expect(connection.limits()).rejects.toMatchObject({ errorCode: 'REQUEST_LIMIT_EXCEEDED' });
  });
});

describe('publishing', () => {
  test('enqueues, and the "error" of a success names the event', async () => {
    const simulator = await start();
    const connection = await connect(simulator);
    const one = await connection
      .sobject('Sluice_Demo__e')
      .create({ Message__c: 'one', Amount__c: 2, At__c: '2026-05-01T00:00:00Z' } as never);
    const [event] = simulator.ledger('/event/Sluice_Demo__e');
    expect(one).toMatchObject({
      success: true,
      errors: [{ statusCode: 'OPERATION_ENQUEUED', message: event!.id }],
    });
    expect(event!.payload).toMatchObject({
      Message__c: 'one',
      Amount__c: 2,
      At__c: Date.UTC(2026, 4, 1),
      CreatedById: simulator.credentials.userId,
    });
    const many = (await connection
      .sobject('Sluice_Demo__e')
      .create([
        { Message__c: 'two' },
        { Nope__c: 1 },
        { Message__c: 'x'.repeat(300) },
      ] as never)) as unknown as {
      success: boolean;
      errors: { statusCode: string }[];
    }[];
    expect(many.map((result) => [result.success, result.errors[0]!.statusCode])).toEqual([
      [true, 'OPERATION_ENQUEUED'],
      [false, 'INVALID_FIELD'],
      [false, 'STRING_TOO_LONG'],
    ]);
    await expect(connection.sobject('Nope__e').create({} as never)).rejects.toMatchObject({
      errorCode: 'NOT_FOUND',
    });
    await expect(
      connection.requestPost('/services/data/v67.0/composite/sobjects', {
        records: Array.from({ length: 201 }, () => ({ attributes: { type: 'Context__e' } })),
      }),
    ).rejects.toMatchObject({
      errorCode: 'EXCEEDED_ID_LIMIT',
    });
  });

  test('can be refused, doubled and lost', async () => {
    const simulator = await start({ faults: { nextRestLost: 1 } });
    const connection = await connect(simulator);
    const publish = () => connection.sobject('Context__e').create({ Context__c: 'x' } as never);
    await publish();
    expect(simulator.ledger('/event/Context__e')).toEqual([]);
    simulator.faults.nextRestDuplicates = 1;
    await publish();
    const twice = simulator.ledger('/event/Context__e');
    expect(twice.map((event) => event.id)).toEqual([twice[0]!.id, twice[0]!.id]);
    expect(twice[0]!.replayId).not.toEqual(twice[1]!.replayId);
    simulator.faults.publishedLimit = 2;
    await expect(publish()).rejects.toMatchObject({ errorCode: 'LIMIT_EXCEEDED' });
  });
});
