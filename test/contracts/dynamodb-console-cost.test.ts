import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import { FLOW_PACE, FlowReader } from '../../src/management/flow/flow-reader.ts';
import { ApiUnderTest } from '../support/api-under-test.ts';
import { openConsole } from '../support/console-session.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { aDelivery, anAuthorization } from '../support/records.ts';

// The API's handler, the stores and DynamoDB's own sums, as computed by dynalite, are real; the time is the test's.

const HALF_AN_HOUR_MS = 1_800_000;

let emulated: EmulatedDynamodb;
let api: ApiUnderTest;

beforeEach(async () => {
  emulated = await EmulatedDynamodb.start();
  const staleStores = makeDynamoStores(emulated.staleTable);
  api = new ApiUnderTest({
    replaced: ({ history, clock }) => ({
      ...makeDynamoStores(emulated.table),
      staleApps: staleStores.apps,
      flow: new FlowReader({ stores: staleStores, history, clock }, FLOW_PACE),
    }),
  });
});
afterEach(() => emulated.stop());

/** A typical small app: an org with two topics, a generator, four streams to three targets. */
async function anIdleApp({ hasOrg = true } = {}): Promise<{ readonly token: string; readonly id: string }> {
  const { body: app } = await api.call('POST', '/v1/apps', { body: { name: 'shop' } });
  await makeDynamoStores(emulated.table).authorizations.create(
    anAuthorization({
      appId: app.id,
      alias: 'org',
      instanceUrl: 'https://acme.my.salesforce.com',
      orgId: '00D000000000001AAA',
    }),
  );
  const post = async (path: string, body: object) => {
    const answer = await api.call('POST', `/v1/tenants/shop${path}`, { body });
    expect(answer.status).toBe(201);
  };
  for (const name of ['crm', 'warehouse', 'audit']) {
    await post('/platforms/webhook/publications', { name, url: `https://${name}.example.com/hooks` });
  }
  for (const [name, topic] of hasOrg
    ? [
        ['opportunities', '/data/OpportunityChangeEvent'],
        ['orders', '/event/Order_Placed__e'],
      ]
    : []) {
    await post('/platforms/salesforce/subscriptions', { name, topic, alias: 'org' });
  }
  await post('/platforms/generate/subscriptions', { name: 'ticks', interval: '1m', mapping: 'root = 1' });
  for (const [source, target] of [
    ['opportunities', 'crm'],
    ['opportunities', 'audit'],
    ['orders', 'warehouse'],
    ['ticks', 'audit'],
  ].filter(([name]) => hasOrg || name === 'ticks')) {
    await post('/streams', { source, target, filter: 'root = if this.a == 1 { this } else { deleted() }' });
  }
  return app;
}

/** The read units that a refresh costs, over half an hour of a page that asks as often as it is told to. */
async function unitsPerRefresh(
  cookie: string,
): Promise<{ readonly perRefresh: number; readonly fresh: number }> {
  const counted = emulated.countReadUnits();
  let etag: string | undefined;
  let refreshes = 0;
  let fresh = 0;
  for (let passedMs = 0; passedMs < HALF_AN_HOUR_MS; passedMs += FLOW_PACE.refreshMs) {
    const answer = await api.call('GET', '/v1/tenants/shop/flow', {
      token: null,
      headers: {
        cookie,
        'x-sluice-console': '1',
        ...(etag !== undefined && { 'if-none-match': etag }),
      },
    });
    expect([200, 304]).toContain(answer.status);
    if (answer.status === 200) fresh += 1;
    etag = answer.headers['etag'];
    refreshes += 1;
    api.clock.advance(FLOW_PACE.refreshMs);
  }
  return { perRefresh: counted.units / refreshes, fresh };
}

describe('a view of the console that rests', () => {
  it('costs at most one read unit a refresh', async () => {
    const app = await anIdleApp();
    const { perRefresh } = await unitsPerRefresh(await openConsole(api, app.token));
    expect(perRefresh).toBeLessThanOrEqual(1);
    // Finding the session by its token takes half a unit: less would mean that the measurement is broken.
    expect(perRefresh).toBeGreaterThan(0.5);
  });

  it('is sent once, as long as nothing changes', async () => {
    // Without an org, because nobody reads its feeds here and their lag would grow.
    const app = await anIdleApp({ hasOrg: false });
    const { fresh } = await unitsPerRefresh(await openConsole(api, app.token));
    expect(fresh).toBe(1);
  });

  it('costs no more with deliveries that wait for a person', async () => {
    const app = await anIdleApp();
    const stores = makeDynamoStores(emulated.table);
    const [publication] = await stores.publications.list(app.id);
    for (let index = 0; index < 20; index += 1) {
      await stores.deliveries.create(
        aDelivery({ appId: app.id, publicationId: publication?.id ?? '', status: 'parked' }),
        '{}',
      );
    }
    const { perRefresh } = await unitsPerRefresh(await openConsole(api, app.token));
    expect(perRefresh).toBeLessThanOrEqual(1);
  });

  it('costs many times less than what looking each time would', async () => {
    const app = await anIdleApp();
    const cookie = await openConsole(api, app.token);
    const counted = emulated.countReadUnits();
    await api.call('GET', '/v1/tenants/shop/flow', {
      token: null,
      headers: { cookie, 'x-sluice-console': '1' },
    });
    expect(counted.units).toBeGreaterThan(10);
  });
});
