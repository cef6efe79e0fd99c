import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import type { Database } from '../../src/adapters/sqlite/database.ts';
import { SqliteDeliveryHistory } from '../../src/adapters/sqlite/delivery-history.ts';
import { makeSqliteStores } from '../../src/adapters/sqlite/stores.ts';
import { PUBLISHED_HOUR_MS, PUBLISHED_KEPT_MS } from '../../src/domain/authorizations/allocation-store.ts';
import { newLane } from '../../src/domain/deliveries/lane.ts';
import { QUARANTINE_KEPT_MS } from '../../src/domain/feeds/quarantine-store.ts';
import {
  aCredential,
  aDelivery,
  aFeed,
  aFeedWorker,
  aGenerator,
  aHistoryEntry,
  aKeyedRequest,
  aListener,
  anApp,
  anAuthorization,
  aRedrive,
  aStream,
  aToken,
  aWebhook,
} from '../support/records.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { outcomes } from '../support/stores.ts';
import { aQuarantinedEvent } from './quarantine-store.contract.ts';

let file: SqliteFile;
let database: Database;
let stores: Stores;
beforeEach(() => {
  file = new SqliteFile();
  database = file.open();
  stores = makeSqliteStores(database);
});
afterEach(() => file.delete());

describe('several processes on one file', () => {
  it('see at once what another has written', async () => {
    const others = makeSqliteStores(file.open());
    const app = anApp();
    const feed = aFeed({ appId: app.id });
    await stores.apps.create(app);
    await others.feeds.ensure(feed);
    expect(await others.apps.get(app.name)).toEqual(app);
    const worker = aFeedWorker();
    await stores.feeds.startWorker(worker);
    const held = await stores.feeds.acquireLease(feed.id, worker, 1_000);
    expect(await others.feeds.acquireLease(feed.id, aFeedWorker(), 1_500)).toBeUndefined();
    await others.feeds.setState(feed.id, { state: 'paused' });
    expect(await stores.feeds.renewWorker(worker, [])).toEqual({
      kind: 'renewed',
      endedLeases: [{ feedId: feed.id, fence: held?.lease.fence }],
    });
  });

  it('give a name once, a version once, a delivery once', async () => {
    const all = [stores, makeSqliteStores(file.open()), makeSqliteStores(file.open())];
    expect(await outcomes(all.map(({ apps }) => apps.create(anApp({ name: 'orders' }))))).toEqual({
      created: 1,
      'name-taken': 2,
    });
    const publication = aWebhook();
    await stores.publications.create(publication);
    expect(await outcomes(all.map(({ publications }) => publications.update(publication)))).toEqual({
      updated: 1,
      changed: 2,
    });
    const delivery = aDelivery();
    expect(await outcomes(all.map(({ deliveries }) => deliveries.create(delivery, '{}')))).toEqual({
      created: 1,
      exists: 2,
    });
  });

  it('find everything after a restart, with leases, versions and due times', async () => {
    const app = anApp();
    const publication = aWebhook({ appId: app.id });
    const delivery = aDelivery({ appId: app.id, sweepAtMs: 50 });
    const feed = aFeed({ appId: app.id });
    await stores.apps.create(app);
    await stores.publications.create(publication);
    await stores.publications.update({ ...publication, timeoutSeconds: 3 });
    await stores.deliveries.create(delivery, '{"text":"漢"}');
    await stores.feeds.ensure(feed);
    const worker = aFeedWorker();
    await stores.feeds.startWorker(worker);
    await stores.feeds.acquireLease(feed.id, worker, 1_000);
    file.close();

    const after = makeSqliteStores(file.open());
    expect(await after.apps.list()).toEqual([app]);
    expect(await after.publications.update(publication)).toBe('changed');
    expect(await after.deliveries.get(app.id, delivery.id)).toEqual({
      delivery,
      eventJson: '{"text":"漢"}',
    });
    expect(await after.deliveries.listSweepDue(50, 10)).toEqual([delivery]);
    expect(await after.feeds.acquireLease(feed.id, aFeedWorker(), 1_500)).toBeUndefined();
    expect(await after.feeds.renewWorker(worker, [])).toEqual({ kind: 'renewed', endedLeases: [] });
  });
});

describe('what is no longer wanted leaves nothing behind', () => {
  const rowsOf = (table: string) => Number(database.get(`SELECT count(*) AS n FROM ${table}`)?.['n']);

  it('of an app: every table that names one is emptied of it', async () => {
    const tables = database
      .all(
        `SELECT t.name FROM pragma_table_list t JOIN pragma_table_info(t.name) c
         WHERE c.name = 'app_id' ORDER BY t.name`,
      )
      .map(({ name }) => String(name));
    const owned = (appId: string) =>
      tables.map((table) => [
        table,
        Number(database.get(`SELECT count(*) AS n FROM ${table} WHERE app_id = ?`, appId)?.['n']),
      ]);
    const [app, kept] = [anApp(), anApp()];
    const history = new SqliteDeliveryHistory(database);
    for (const { id: appId } of [app, kept]) {
      const authorization = anAuthorization({ appId });
      await stores.tokens.put(aToken({ scope: { kind: 'app', appId } }));
      await stores.credentials.put(aCredential({ appId }));
      await stores.authorizations.create(authorization);
      await stores.authorizations.lockRefresh(appId, authorization.id, 'a', 1_000, 2_000);
      await stores.subscriptions.create(aGenerator({ appId }));
      await stores.publications.create(aWebhook({ appId }));
      await stores.streams.create(aStream({ appId }));
      await stores.deliveries.create(aDelivery({ appId }), '{}');
      await stores.feeds.ensure(aFeed({ appId }));
      await stores.redrives.create(aRedrive({ appId }));
      await stores.keyedRequests.begin(aKeyedRequest({ appId }), 1);
      await stores.lanes.write(newLane(appId, 'lane', 1_000));
      await stores.lanes.addMember(appId, 'lane', { sequence: 1, deliveryId: 'd' });
      await stores.quarantine.put(aQuarantinedEvent({ appId, feedId: `feed of ${appId}` }));
      await stores.allocations.put({ appId, authorizationId: authorization.id, readAtMs: 1, limits: [] });
      await stores.allocations.countPublished(appId, authorization.id, 1, 1);
      await stores.keptEvents.keep(appId, 'sub', [{ atMs: 1, forgetAtMs: 2, eventJson: '{}' }], 1);
      await stores.listeners.create(aListener({ appId }));
      await stores.appCounts.add(appId, { 'events-delivered': 1 }, 1);
      history.record(aHistoryEntry({ appId }));
      history.count({ appId, subscriptionId: 'sub', publication: 'crm', atMs: 1, count: 1 });
    }
    await database.write(() => undefined);
    expect(owned(app.id)).toEqual(tables.map((table) => [table, 1]));
    await stores.apps.create(app);
    await stores.apps.remove(app.id);
    expect(owned(app.id)).toEqual(tables.map((table) => [table, 0]));
    expect(owned(kept.id)).toEqual(tables.map((table) => [table, 1]));
    expect(rowsOf('delivery_events')).toBe(1);
  });

  it('of a delivery that was removed or forgotten', async () => {
    const delivery = aDelivery({ status: 'delivered', forgetAtMs: 10 });
    await stores.deliveries.create(delivery, '{}');
    expect(rowsOf('delivery_events')).toBe(1);
    await stores.deliveries.remove(delivery.appId, delivery.id);
    expect(rowsOf('delivery_events')).toBe(0);
    await stores.deliveries.create(delivery, '{}');
    await stores.deliveries.forgetDue(10, 10);
    expect(rowsOf('delivery_events')).toBe(0);
  });

  it('of events in quarantine and counts of long ago', async () => {
    await stores.quarantine.put(aQuarantinedEvent({ cursor: 'old', atMs: 0 }));
    await stores.quarantine.put(aQuarantinedEvent({ cursor: 'kept', atMs: 1 }));
    await stores.quarantine.put(aQuarantinedEvent({ cursor: 'new', atMs: QUARANTINE_KEPT_MS + 1 }));
    expect((await stores.quarantine.list('feed-1', 10)).map(({ cursor }) => cursor)).toEqual(['new', 'kept']);
    await stores.allocations.countPublished('app', 'a', 0, 1);
    await stores.allocations.countPublished('app', 'a', PUBLISHED_HOUR_MS, 1);
    await stores.allocations.countPublished('app', 'a', PUBLISHED_HOUR_MS + PUBLISHED_KEPT_MS, 1);
    expect(rowsOf('published_hours')).toBe(2);
  });

  it('of a lock on a renewal that ran out', async () => {
    await stores.authorizations.lockRefresh('app', 'a', 'owner', 1_000, 2_000);
    await stores.authorizations.lockRefresh('app', 'b', 'owner', 2_000, 3_000);
    expect(rowsOf('refresh_locks')).toBe(1);
  });
});

it('keeps parked deliveries with events of 2 kB in 3 × their payloads and 1 kB each, with the log', async () => {
  for (let batch = 0; batch < 30; batch += 1) {
    const made = Array.from({ length: 100 }, () => aDelivery({ status: 'parked', createdAtMs: batch }));
    // Random, so that compression gains nothing.
    await Promise.all(
      made.map((delivery) => stores.deliveries.create(delivery, randomBytes(1_024).toString('hex'))),
    );
  }
  const bytes = readdirSync(file.directory)
    .map((name) => statSync(join(file.directory, name)).size)
    .reduce((sum, size) => sum + size, 0);
  expect(bytes / 3_000).toBeLessThan(3 * 2_048 + 1_024);
});
