// The simulator as a separate program: stored state, kill -9, the control endpoint.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { PubSubConnection, post, start, stopAll, until } from './support.ts';

const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  await stopAll();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function stateFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  folders.push(folder);
  return join(folder, 'new', 'org.db');
}

interface Announced {
  readonly httpUrl: string;
  readonly grpcAddress: string;
  readonly orgId: string;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string };
}

async function run(file: string): Promise<{ child: ChildProcess; info: Announced }> {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const child = spawn(process.execPath, [
    main,
    '--port',
    '0',
    '--grpc-port',
    '0',
    '--grpc-tls-port',
    '0',
    '--state',
    file,
    '--activity',
    '0',
    '--json',
  ]);
  children.push(child);
  let text = '';
  for await (const part of child.stdout!) {
    text += String(part);
    if (text.includes('\n')) break;
  }
  return { child, info: JSON.parse(text) };
}

describe('state', () => {
  test('org, tokens, records, events, definitions and counts survive a restart', async () => {
    const file = stateFile();
    const first = await start({ stateFile: file });
    first.configureApp({ rotateRefreshTokens: true });
    const grant = first.authorize();
    const account = first.records.create('Account', { Name: 'Acme' });
    const event = first.publishPlatformEvent('Sluice_Demo__e', { Message__c: 'kept' });
    first.definePlatformEvent({
      name: 'Mine__e',
      label: 'Mine',
      publishable: true,
      fields: [{ name: 'A__c', type: 'int' }],
    });
    first.addField('Account', { name: 'Tier__c', type: 'string' });
    first.defineChannel({ topic: '/data/Mine__chn', members: ['/data/AccountChangeEvent'] });
    const managed = first.defineManagedSubscription({ developerName: 'M', topicName: '/event/Mine__e' });
    first.advanceClock(60_000);
    const used = first.now();
    await stopAll();

    const second = await start({ stateFile: file });
    expect(second.orgId).toBe(first.orgId);
    expect(second.credentials).toEqual(first.credentials);
    expect(second.now()).toBeGreaterThanOrEqual(used);
    expect(second.records.get(account)).toMatchObject({ Name: 'Acme' });
    expect(second.ledger('/event/Sluice_Demo__e')).toMatchObject([
      { id: event.id, replayId: event.replayId, payload: { Message__c: 'kept' } },
    ]);
    expect(second.records.create('Account', { Name: 'Beta', Tier__c: 'gold' })).not.toBe(account);
    second.publishPlatformEvent('Mine__e', { A__c: 5 });
    expect(second.ledger('/data/Mine__chn').map((item) => item.payload)).toMatchObject([
      { Name: 'Beta', Tier__c: 'gold' },
    ]);
    expect(() => second.setManagedSubscriptionState(managed.id, 'STOP')).not.toThrow();
    const connection = new PubSubConnection(second, {
      accesstoken: grant.accessToken,
      instanceurl: 'https://x',
      tenantid: second.orgId,
    });
    const next = second.publishPlatformEvent('Sluice_Demo__e', {});
    const stream = connection.subscribe('/event/Sluice_Demo__e', 5, {
      replayPreset: 'CUSTOM',
      replayId: event.replayId,
    });
    expect((await stream.received(1))[0]!.event.id).toBe(next.id);
    expect(Buffer.compare(next.replayId, event.replayId)).toBe(1);
    connection.close();
    const limits = await (
      await fetch(`${second.httpUrl}/services/data/v67.0/limits`, {
        headers: { authorization: `Bearer ${grant.accessToken}` },
      })
    ).json();
    expect(limits).toMatchObject({ HourlyPublishedPlatformEvents: { Max: 250_000, Remaining: 249_997 } });
  });

  test('a taken port leaves nothing behind', async () => {
    const file = stateFile();
    const first = await start();
    const grpcPort = Number(first.grpcAddress.split(':')[1]);
    await expect(start({ stateFile: file, grpcPort })).rejects.toThrow('EADDRINUSE');
    await expect(start({ stateFile: file })).resolves.toBeDefined();
  });

  test('a file has one owner', async () => {
    const file = stateFile();
    await start({ stateFile: file });
    await expect(start({ stateFile: file })).rejects.toThrow('another simulator');
  });

  test('kill -9 loses nothing that was answered', async () => {
    const file = stateFile();
    const { child, info } = await run(file);
    const grant = await post(
      `${info.httpUrl}/services/oauth2/token`,
      new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: info.credentials.clientId,
        client_secret: info.credentials.clientSecret,
      }),
    );
    const authorization = { authorization: `Bearer ${String(grant.json['access_token'])}` };
    const answered: string[] = [];
    const publish = async () => {
      for (;;) {
        const { status, json } = await post(
          `${info.httpUrl}/services/data/v67.0/sobjects/Context__e`,
          { Context__c: 'x' },
          authorization,
        );
        if (status === 201 && Array.isArray(json['errors'])) answered.push(json['errors'][0].message);
      }
    };
    const publishers = Promise.allSettled(Array.from({ length: 4 }, publish));
    await until(
      () => answered.length >= 20,
      () => '20 answers',
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    await publishers;
    const again = await start({ stateFile: file });
    const kept = new Set(again.ledger('/event/Context__e').map((event) => event.id));
    expect(answered.filter((id) => !kept.has(id))).toEqual([]);
  });
});

describe('control endpoint', () => {
  test('does to another process what the library does', async () => {
    const { info } = await run(stateFile());
    const call = async (path: string, body?: Record<string, unknown>) => {
      const url = `${info.httpUrl}/__simulator/${path}`;
      if (body === undefined) return (await (await fetch(url)).json()) as Record<string, unknown>;
      return (await post(url, body)).json;
    };
    const { id } = await call('records/create', { entity: 'Account', fields: { Name: 'Acme' } });
    await call('records/update', { id, fields: { Phone: '1' }, client: 'me' });
    await call('events', { name: 'Sluice_Demo__e', fields: { Message__c: 'hi' } });
    await call('events', { name: 'Sluice_Demo__e', count: 3, fields: { Message__c: 'many' } });
    await call('events/gap', { entity: 'Account', changeType: 'GAP_DELETE', recordIds: [id] });
    const ledger = await call('ledger?topic=/data/AccountChangeEvent');
    expect(ledger).toMatchObject({
      total: 3,
      events: [
        { payload: { ChangeEventHeader: { changeType: 'CREATE' } } },
        { payload: { ChangeEventHeader: { changeOrigin: 'com/salesforce/api/rest/67.0;client=me' } } },
        { payload: { ChangeEventHeader: { changeType: 'GAP_DELETE' } } },
      ],
    });
    expect(await call('ledger?topic=/event/Sluice_Demo__e&payload=false')).toMatchObject({ total: 4 });
    expect(await call('faults', { halfOpen: true, nextPublishErrors: 2 })).toMatchObject({
      halfOpen: true,
      nextPublishErrors: 2,
    });
    expect(await call('faults', { halfOpen: 'yes', nope: 1 })).toEqual({
      error: expect.stringContaining('halfOpen, nope'),
    });
    expect(
      await call('platform-events', { name: 'New__e', fields: [{ name: 'A__c', type: 'string' }] }),
    ).toEqual({ schemaId: expect.stringMatching(/^.{22}$/) });
    expect(
      await call('platform-events', { name: 'New__e', fields: [{ name: 'A__c', type: 'nonsense' }] }),
    ).toHaveProperty('error');
    expect(await call('app', { rotateRefreshTokens: true })).toMatchObject({
      rotateRefreshTokens: true,
      clientId: info.credentials.clientId,
    });
    expect(await call('authorize', {})).toHaveProperty('refreshToken');
    expect(await call('clock/advance', { ms: 5000 })).toHaveProperty('now');
    expect(await call('event-stream/reset', {})).toEqual({ ok: true });
    expect(await call('nonsense', {})).toHaveProperty('error');
  });

  test('bad options are named', async () => {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url));
    const child = spawn(process.execPath, [main, '--port', 'x']);
    children.push(child);
    let text = '';
    child.stderr!.on('data', (part) => {
      text += String(part);
    });
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(text).toContain('Expected a port from 0 to 65535 for --port, found "x".');
  });
});

test('the demo activity makes opportunities that get won', async () => {
  const simulator = await start();
  const demo = simulator.startDemoActivity({ everyMs: 60_000 });
  for (let index = 0; index < 150; index += 1) demo.step();
  const stages = simulator
    .ledger('/data/OpportunityChangeEvent')
    .map((event) => (event.payload as { StageName: string | null }).StageName);
  expect(stages.filter((stage) => stage === 'Closed Won').length).toBeGreaterThan(3);
  expect(simulator.records.all('Opportunity').every((record) => Number(record['Amount']) > 0)).toBe(true);
});
