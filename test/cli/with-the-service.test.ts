import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpFront, startHttpFront } from '../../local/http-front.ts';
import type { Delivery } from '../../src/domain/deliveries/delivery.ts';
import { ApiUnderTest } from '../support/api-under-test.ts';
import { jsonOutputFaults } from './json-output.ts';
import { type Ended, runSluice, unwrapped } from './run-sluice.ts';

// The commands against the production management API over HTTP; its stores are in memory, Salesforce is simulated. One
// life of an app, told in order: each test continues where the previous one ended.

const home = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
const api = new ApiUnderTest();
let front: HttpFront;

beforeAll(async () => {
  front = await startHttpFront({
    port: 0,
    api: api.handler,
    ingest: api.handler,
    onFault: (name, message) => {
      throw new Error(`${name}: ${message}`);
    },
  });
});
afterAll(() => front.close());

function sluice(line: string, ...more: string[]): Promise<Ended> {
  return runSluice([...line.split(' '), ...more], {
    cwd: home,
    env: {
      HOME: home,
      SLUICE_API_URL: `http://127.0.0.1:${front.port}`,
      SLUICE_TOKEN: api.adminToken,
      SLUICE_APP: 'shop',
    },
  });
}

async function done(line: string, ...more: string[]): Promise<Ended> {
  const ended = await sluice(line, ...more);
  expect(ended).toMatchObject({ code: 0 });
  return ended;
}

/** The JSON output, validated by its schema. */
async function shown(line: string): Promise<unknown> {
  const { stdout } = await done(line, '--json');
  expect(jsonOutputFaults(line.split(' ')[0] ?? '', stdout)).toEqual([]);
  return JSON.parse(stdout);
}

const FILTER = 'root = if this.Amount > 5 { this } else { deleted() }';

test('an app is created, with config vars as the add-on would set them', async () => {
  const created = await done('apps:create shop');
  expect(created.stdout).toMatch(
    /^HEROKUEVENTS_API_URL: +https:\/\/api\.example\.com\/v1\/tenants\/[0-9a-f-]{36}$/m,
  );
  const url = (await done('config:get HEROKUEVENTS_PUBLISH_URL')).stdout.trim();
  expect(url).toMatch(/^https:\/\/[^:]+:[^@]+@publish\.example\.com$/);
  expect(await shown('config')).toMatchObject({ HEROKUEVENTS_PUBLISH_URL: url });
  expect(await shown('apps')).toHaveLength(1);
  expect(await shown('apps:info shop')).toMatchObject({ name: 'shop' });
});

test('the app’s own token does for the app, and not for the installation', async () => {
  const { stdout } = await done('tokens:create --label ci');
  const env = {
    HOME: home,
    HEROKUEVENTS_API_URL: `http://127.0.0.1:${front.port}/v1/tenants/shop`,
    SLUICE_TOKEN: stdout.trim(),
  };
  expect(await runSluice(['events:streams', '--json'], { cwd: home, env })).toMatchObject({
    code: 0,
    stdout: '[]\n',
  });
  const refused = await runSluice(['apps'], { cwd: home, env });
  expect(refused.code).toBe(1);
  expect(unwrapped(refused.stderr)).toContain('Error ID: forbidden');
  expect(await shown('tokens')).toHaveLength(2);
});

test('credentials are rotated and withdrawn; a third is refused with what to do', async () => {
  const before = await shown('credentials');
  // One for the publish URL, one for the subscribe URL.
  expect(before).toHaveLength(2);
  const { stdout } = await done('credentials:rotate');
  expect((await done('config:get HEROKUEVENTS_PUBLISH_URL')).stdout).toBe(stdout);
  const third = await sluice('credentials:rotate');
  expect(third.code).toBe(1);
  expect(unwrapped(third.stderr)).toContain('Error ID: limit-reached');
  await done(`credentials:destroy ${new URL(stdout.trim()).username} -c shop`);
  expect(await shown('credentials')).toEqual(before);
  expect((await sluice('config:get HEROKUEVENTS_PUBLISH_URL')).code).toBe(1);
});

test('an org is authorized by client credentials', async () => {
  writeFileSync(join(home, 'secret'), 'S3CRET\n', { mode: 0o600 });
  await done(
    'events:authorizations:salesforce:create my-org --flow client-credentials --client-id 3MVG9 --login-url https://acme.my.salesforce.com --client-secret-file',
    join(home, 'secret'),
  );
  expect(await shown('events:authorizations')).toMatchObject([{ alias: 'my-org', status: 'active' }]);
  const { stdout } = await done('events:authorizations:info my-org');
  expect(stdout).toMatch(/^Status: +active$/m);
  expect(stdout).not.toContain('S3CRET');
});

test('subscriptions, publications and streams are created, listed and shown', async () => {
  await done(
    'events:subscriptions:salesforce:create opportunities -t /data/OpportunityChangeEvent -A my-org',
  );
  await done('events:generate clock -i 1m -m', 'root.timestamp = timestamp_unix()');
  const webhook = await done(
    'events:publications:webhook:create crm -u https://example.com/hook -s opportunities -f',
    FILTER,
    '--json',
  );
  expect(webhook.stdout).toMatch(/"signing_secret": "whsec_\S+"/);
  await done('events:publications:salesforce:create orders -t /event/Order_Placed__e -A my-org');
  expect((await done('events:streams:create clock orders')).stderr).toBe('Linking clock to orders... done\n');

  expect(await shown('events:subscriptions')).toHaveLength(2);
  expect(await shown('events:subscriptions:info opportunities')).toMatchObject({
    targets: [{ name: 'crm', filter: FILTER }],
  });
  expect(await shown('events:publications')).toHaveLength(2);
  expect(await shown('events:publications:info crm')).toMatchObject({ sources: [{ name: 'opportunities' }] });
  expect(await shown('events:streams')).toHaveLength(2);
  expect(await shown('events:status')).toMatchObject({ feeds: [{ topic: '/data/OpportunityChangeEvent' }] });
  expect((await done('events:status')).stdout).toContain('/data/OpportunityChangeEvent');
});

test('types are written for the events that the app subscribes to, or for those that are named', async () => {
  const all = await done('events:types');
  expect(all.stdout).toContain(
    'export interface OpportunityChangeEvent extends CloudEvent<OpportunityChangeData>',
  );
  expect(all.stdout).toContain('readonly Amount: number | null;');
  expect(all.stdout).not.toContain('Order');
  const file = join(home, 'events.ts');
  const written = await done(
    'events:types -t /event/Order_Placed__e -t /data/OpportunityChangeEvent -A my-org -o',
    file,
  );
  expect(written.stdout).toBe('');
  expect(written.stderr).toContain('Wrote types for the events of 2 topics to');
  expect(readFileSync(file, 'utf8')).toMatch(
    /SalesforceEvent =\n {2}\| OrderPlacedEvent\n {2}\| OpportunityChangeEvent;\n$/,
  );
  expect(await shown('events:types')).toMatchObject([{ topic: '/data/OpportunityChangeEvent' }]);
});

test.each([
  ['-t /event/None__e -A my-org', 'Error ID: unknown-topic'],
  ['-t /data/ChangeEvents -A my-org', 'found the channel /data/ChangeEvents'],
  ['-A none', 'found none of authorization none'],
  ['-t /event/Order_Placed__e', '--authorization'],
  ['-o /nowhere/events.ts', '--output: cannot write /nowhere/events.ts'],
  ['-o a.ts --json', '--json'],
])('events:types %s is refused', async (line, message) => {
  const refused = await sluice(`events:types ${line}`);
  expect(refused.code).toBeGreaterThan(0);
  expect(unwrapped(refused.stderr)).toContain(message);
});

test('a subscription is rewound', async () => {
  const rewound = await done('events:subscriptions:rewind opportunities --to 2020-01-01T00:00:00Z');
  expect(rewound.stderr).toBe('Rewinding subscription opportunities on shop... done\n');
  expect(rewound.stdout).toMatch(
    /^The feed starts with the earliest event .* keeps events for 72 hours.*\.\n$/,
  );
  await done('events:subscriptions:rewind opportunities --replay-id AAAAAAAQ20wAAA==');
  await done('events:subscriptions:rewind opportunities --latest --shared');
  const both = await sluice('events:subscriptions:rewind opportunities --earliest --latest');
  expect(both.code).not.toBe(0);
  expect((await sluice('events:subscriptions:rewind opportunities')).code).not.toBe(0);
});

test('what is wrong is said, and nothing is half created', async () => {
  const filter = await sluice('events:streams:create opportunities orders -f', 'root = if this.Amount > {');
  expect(filter.code).toBe(1);
  expect(filter.stderr).toContain('Error ID: invalid-filter');
  const topic = await sluice('events:subscriptions:salesforce:create x -t /data/NoSuchEvent -A my-org');
  expect(unwrapped(topic.stderr)).toContain('Error ID: unknown-topic');
  const name = await sluice('events:publications:webhook:create a/b -u https://example.com/hook --json');
  expect(unwrapped(name.stderr)).toContain('Error ID: invalid-name');
  const taken = await sluice('events:publications:webhook:create crm -u https://example.com/hook --json');
  expect(unwrapped(taken.stderr)).toContain('Error ID: name-taken');
  expect(await shown('events:subscriptions')).toHaveLength(2);
  expect(await shown('events:publications')).toHaveLength(2);
  expect(await shown('events:streams')).toHaveLength(2);
});

test('a delivery that failed is listed with its attempts, retried and discarded', async () => {
  const app = await api.stores.apps.get('shop');
  const publication = app && (await api.stores.publications.get(app.id, 'crm'));
  if (app === undefined || publication === undefined) throw new Error('expected what was created before');
  const nowMs = api.clock.now();
  const failed: Delivery = {
    id: 'AAAAAAAAAAAAAAAAAAAAAA',
    appId: app.id,
    publicationId: publication.id,
    publicationName: 'crm',
    status: 'rejected',
    stage: 'send',
    eventId: 'e1',
    eventType: 'com.salesforce.cdc.Opportunity.UPDATE',
    attempts: [{ atMs: nowMs, durationMs: 3, status: 400, errorId: 'http-400', message: 'answered 400' }],
    attemptCount: 1,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    version: 0,
  };
  const event =
    '{"specversion":"1.0","id":"e1","source":"//acme","type":"t","data":{"n":1736877279422521345}}';
  await api.stores.deliveries.create(failed, event);

  expect(await shown('events:deliveries --publication crm')).toMatchObject([{ status: 'rejected' }]);
  expect(await shown(`events:deliveries:info ${failed.id}`)).toMatchObject({
    attempts: [{ error_id: 'http-400' }],
  });
  expect((await done(`events:deliveries:info ${failed.id}`)).stdout).toContain('"n": 1736877279422521345');
  expect((await done('events:deliveries:retry --all')).stderr).toBe(
    '1 delivery matches (rejected, exhausted).\nRetrying deliveries... done, 1\n',
  );
  expect(await shown('events:redrives')).toMatchObject([{ action: 'retry', state: 'done', done: 1 }]);
  expect(await shown('events:deliveries --status waiting')).toHaveLength(1);
  await done(`events:deliveries:retry ${failed.id}`);
  await done(`events:deliveries:discard ${failed.id} -c shop`);
  expect(await shown(`events:deliveries:info ${failed.id}`)).toMatchObject({ status: 'discarded' });
  expect(await shown('events:erase --event-id e1 -c shop')).toMatchObject({
    found: { deliveries: 1 },
    erasure: { state: 'done', done: 1 },
  });
  expect(await shown('events:deliveries')).toEqual([]);
  // Both began at the same moment of the test's clock.
  expect(await shown('events:redrives')).toHaveLength(2);
});

test('what was created is changed, unlinked and destroyed', async () => {
  await done('events:streams:update opportunities crm --no-filter');
  expect(await shown('events:subscriptions:info opportunities')).toMatchObject({
    targets: [{ filter: null }],
  });
  await done('events:subscriptions:pause opportunities');
  expect(await shown('events:subscriptions:info opportunities')).toMatchObject({ paused: true });
  await done('events:subscriptions:resume opportunities');
  await done('events:subscriptions:update opportunities --on-invalid-cursor stop --repair');
  expect(await shown('events:subscriptions:info opportunities')).toMatchObject({
    params: { on_invalid_cursor: 'stop', repair: true },
  });
  await done('events:publications:update orders --via rest --retry 5s,1m');
  expect(await shown('events:publications:info orders')).toMatchObject({ params: { via: 'rest' } });
  const wrong = await sluice('events:subscriptions:update clock --repair');
  expect(unwrapped(wrong.stderr)).toContain('for a salesforce subscription only');
  await done('events:publications:pause crm');
  expect(await shown('events:publications:info crm')).toMatchObject({ state: 'paused' });
  await done('events:publications:resume crm --drain-rate 20');
  expect(await shown('events:publications:info crm')).toMatchObject({ state: 'active', drain_rate: 20 });
  const tooFast = await sluice('events:publications:resume crm --drain-rate 1001');
  expect(unwrapped(tooFast.stderr)).toContain('less than or equal to 1000');
  await done('events:unlink clock orders');
  expect(await shown('events:streams')).toHaveLength(1);
  for (const line of [
    'subscriptions:destroy opportunities',
    'subscriptions:destroy clock',
    'publications:destroy crm',
    'publications:destroy orders',
    'authorizations:destroy my-org',
  ]) {
    await done(`events:${line} -c shop`);
  }
  expect(await shown('events:publications')).toEqual([]);
});

test('an app is destroyed once it is named, and its publish URL is forgotten', async () => {
  expect((await sluice('apps:destroy shop -c other')).code).toBe(1);
  await done('apps:destroy shop -c shop');
  expect(await shown('apps')).toEqual([]);
  const kept = join(home, '.config', 'sluice', 'credentials', `127.0.0.1_${front.port}.json`);
  expect(readFileSync(kept, 'utf8')).not.toContain('shop');
});
