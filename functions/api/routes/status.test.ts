import { beforeEach, describe, expect, it } from 'vitest';
import { FEED_GAPS_KEPT_MAX } from '../../../src/domain/feeds/feed.ts';
import type { GeneratorFailure } from '../../../src/domain/subscriptions/subscription.ts';
import { aDelivery, aFeedWorker } from '../../../test/support/records.ts';
import {
  api,
  app,
  authorized,
  buryDelivery,
  call,
  everyRouteIsAnswered,
  generate,
  openShop,
  owned,
  publishTo,
  subscribe,
  TOPIC,
} from '../../../test/support/shop.ts';
import { STATUS_ROUTES } from './status.ts';

beforeEach(openShop);
everyRouteIsAnswered(STATUS_ROUTES);

describe('status', () => {
  it('tells of feeds, gaps, authorizations and what is not delivered', async () => {
    await authorized();
    await subscribe('changes');
    await subscribe('changes-too');
    const [feed] = (await owned()).feeds;
    const nowMs = api.clock.now();
    for (let gap = 0; gap <= FEED_GAPS_KEPT_MAX; gap += 1) {
      await api.stores.feeds.setState(feed?.id ?? '', {
        state: 'waiting',
        reason: { id: 'quota', message: 'the allocation is used up', atMs: nowMs },
        notBeforeMs: nowMs + 60_000,
        gap: { atMs: nowMs, cursor: 'AAAA', cursorAtMs: nowMs - 1_000, message: `gap ${gap}` },
      });
    }
    const publicationId = (await publishTo('hook')).body.id;
    for (const status of ['waiting', 'waiting', 'parked', 'rejected', 'delivered'] as const) {
      await api.stores.deliveries.create(aDelivery({ appId: app.id, publicationId, status }), '{}');
    }
    const { body: pulled } = await call('POST', '/platforms/pull/publications', { name: 'toPull' });
    await api.stores.deliveries.create(
      aDelivery({ appId: app.id, publicationId: pulled.id, status: 'available' }),
      '{}',
    );
    await publishTo('resting');
    await call('PATCH', '/publications/resting', { paused: true });
    const { body } = await call('GET', '/status');
    expect(body.publications).toMatchObject([{ name: 'resting', state: 'paused' }]);
    expect(body.app).toEqual({ id: app.id, name: 'shop' });
    expect(body.feeds).toMatchObject([
      {
        topic: TOPIC,
        alias: 'my-org',
        subscriptions: ['changes', 'changes-too'],
        state: 'waiting',
        reason: { id: 'quota' },
        not_before: '2026-01-01T00:01:00.000Z',
      },
    ]);
    expect(body.feeds[0].gaps).toHaveLength(FEED_GAPS_KEPT_MAX);
    expect(body.authorizations).toMatchObject([{ alias: 'my-org', status: 'active' }]);
    expect(body.deliveries).toEqual({ waiting: 2, available: 1, parked: 1, rejected: 1, exhausted: 0 });
    expect(body.pulled).toEqual([
      { id: pulled.id, name: 'toPull', count: 1, oldest_at: '2026-11-01T00:00:00.000Z' },
    ]);
  });

  it('tells why a generator fails, as the generator itself does, until it makes an event or is paused', async () => {
    await generate('fails');
    await generate('works');
    const update = async (failure: GeneratorFailure | undefined) => {
      const found = await api.stores.subscriptions.get(app.id, 'fails');
      if (found?.platform !== 'generate') throw new Error('expected a generator');
      await api.stores.subscriptions.update({ ...found, failure });
      return found.id;
    };
    const id = await update({ id: 'mapping-failed', message: 'line 1: no event', atMs: api.clock.now() });
    const reason = { id: 'mapping-failed', message: 'line 1: no event', at: '2026-01-01T00:00:00.000Z' };
    expect((await call('GET', '/status')).body.generators).toEqual([{ id, name: 'fails', reason }]);
    expect((await call('GET', '/subscriptions/fails')).body.status).toMatchObject({
      state: 'waiting',
      reason,
    });
    expect((await call('GET', '/subscriptions/works')).body.status).toEqual({ state: 'active' });
    await call('PATCH', '/subscriptions/fails', { paused: true });
    expect((await call('GET', '/status')).body.generators).toEqual([]);
    await call('PATCH', '/subscriptions/fails', { paused: false });
    await update(undefined);
    expect((await call('GET', '/status')).body.generators).toEqual([]);
    expect((await call('GET', '/subscriptions/fails')).body.status).toEqual({ state: 'active' });
  });

  it('counts the dead letters of the installation for its administration, and not for an app', async () => {
    buryDelivery('dead-1', 'hello');
    expect((await call('GET', '/status', undefined, { token: api.adminToken })).body.dead_letters).toEqual({
      deliveries: 1,
      ordered: 0,
      polls: 0,
    });
    expect((await call('GET', '/status')).body).not.toHaveProperty('dead_letters');
  });
});

describe('how a feed is', () => {
  it('is shown with its lag, the age of its cursor and its rate, by status and with its subscription', async () => {
    await authorized();
    await subscribe('changes');
    api.clock.advance(120_000);
    const nowMs = api.clock.now();
    const feedId = (await owned()).feeds[0]?.id ?? '';
    const worker = aFeedWorker({ renewedAtMs: nowMs, untilMs: nowMs + 1, endsAtMs: nowMs + 1 });
    await api.stores.feeds.startWorker(worker);
    const held = await api.stores.feeds.acquireLease(feedId, worker, nowMs);
    if (held === undefined) throw new Error('expected the lease to be free');
    await api.stores.feeds.moveCursor(held.lease, {
      cursor: 'AAE=',
      atMs: nowMs - 60_000,
      acceptedCount: 5,
      lastEventAtMs: nowMs - 90_000,
      caughtUpAtMs: nowMs - 95_000,
      isCaughtUp: false,
      hourly: [{ startMs: nowMs - 60_000, count: 5 }],
    });
    const shown = {
      state: 'active',
      subscriptions: ['changes'],
      lag_ms: 90_000,
      cursor_age_ms: 60_000,
      accepted_count: 5,
      accepted_last_hour: 5,
      accepted_last_day: 5,
    };
    expect((await call('GET', '/status')).body.feeds).toMatchObject([shown]);
    expect((await call('GET', '/subscriptions/changes')).body.feed).toMatchObject(shown);
    await generate('clock');
    expect((await call('GET', '/subscriptions/clock')).body.feed).toBeUndefined();
  });

  it('comes with the event allocations of its org, and our own part of them', async () => {
    const { id } = await authorized();
    const nowMs = api.clock.now();
    const empty = { alias: 'my-org', limits: [], delivered_last_day: 0, published_this_hour: 0 };
    expect((await call('GET', '/status')).body.allocations).toMatchObject([empty]);
    await api.stores.allocations.put({
      appId: app.id,
      authorizationId: id,
      readAtMs: nowMs,
      limits: [{ name: 'DailyDeliveredPlatformEvents', max: 1_000, remaining: 199 }],
    });
    await api.stores.allocations.countPublished(app.id, id, nowMs, 3);
    expect((await call('GET', '/status')).body.allocations).toEqual([
      {
        ...empty,
        org_id: '00D000000000001AAA',
        read_at: new Date(nowMs).toISOString(),
        limits: [{ name: 'DailyDeliveredPlatformEvents', max: 1_000, remaining: 199, used_percent: 80 }],
        published_this_hour: 3,
      },
    ]);
  });
});
