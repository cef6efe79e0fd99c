import { beforeEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/domain/deliveries/delivery.ts';
import { LISTENERS_PER_APP_MAX } from '../../../src/domain/listeners/listener.ts';
import { endUnusedListeners } from '../../../src/management/listeners/manage-listeners.ts';
import { silentLog } from '../../../src/telemetry/logger.ts';
import { aDelivery } from '../../../test/support/records.ts';
import {
  api,
  app,
  call,
  everyRouteIsAnswered,
  expectProblem,
  generate,
  KEEP_WON,
  newApp,
  openShop,
  owned,
  publishTo,
} from '../../../test/support/shop.ts';
import { LISTENER_ROUTES } from './listeners.ts';

beforeEach(openShop);
everyRouteIsAnswered(LISTENER_ROUTES);

const HOUR_MS = 3_600_000;
const open = (name = 'ada', more: object = {}) =>
  call('POST', `/listeners/${name}/sessions`, { by: 'ada@laptop', ...more });
const next = (sessionId: string, more: object = {}) =>
  call('POST', '/listeners/ada/deliveries', { session_id: sessionId, ...more });

/** Stores a delivery as `deliver` does for a listener. */
async function keep(id: string, more: Partial<Delivery> = {}): Promise<Delivery> {
  const listener = await api.stores.listeners.get(app.id, 'ada');
  const delivery = aDelivery({
    id,
    appId: app.id,
    publicationId: listener?.id ?? '',
    publicationName: 'ada',
    status: 'available',
    createdAtMs: api.clock.now() - 1_000,
    attempts: [],
    attemptCount: 0,
    ...more,
  });
  await api.stores.deliveries.create(delivery, `{"specversion":"1.0","id":"${id}","big":9007199254740993}`);
  return delivery;
}

const statusOf = async (id: string) => (await api.stores.deliveries.get(app.id, id))?.delivery.status;
const endUnused = () => endUnusedListeners({ ...api.stores, clock: api.clock, log: silentLog });

describe('a session', () => {
  it('makes the listener, linked to all subscriptions, but for those of Sluice itself', async () => {
    await generate('ticks');
    await call('POST', '/platforms/sluice/subscriptions', { name: 'incidents' });
    const opened = await open();
    expect(opened.status).toBe(201);
    expect(opened.body).toMatchObject({
      name: 'ada',
      temporary: false,
      all: true,
      sources: [{ name: 'ticks', filter: null }],
      session: { by: 'ada@laptop', since: '2026-01-01T00:00:00.000Z' },
      ends_at: '2026-01-02T00:00:00.000Z',
      waiting: 0,
      dropped: { count: 0 },
    });
    expect(opened.body).not.toHaveProperty('taken_from');
    expect((await call('GET', '/publications/ada')).body).toMatchObject({
      id: opened.body.id,
      platform: 'pull',
      params: { listener: true, max_count: 10_000, max_age: '1d' },
    });
    const { session_id, ...shown } = opened.body;
    expect(session_id).toMatch(/^.{22}$/);
    expect((await call('GET', '/listeners/ada')).body).toEqual(shown);
    expect((await call('GET', '/listeners')).body).toEqual({ listeners: [shown] });
  });

  it('links what is named, and what has come since where all was meant; a filter is that of each', async () => {
    await Promise.all([generate('a'), generate('b')]);
    expect((await open('ada', { filter: KEEP_WON })).body.sources).toMatchObject([
      { name: 'a', filter: KEEP_WON },
      { name: 'b', filter: KEEP_WON },
    ]);
    await generate('c');
    expect((await open()).body.sources).toMatchObject([
      { name: 'a', filter: KEEP_WON },
      { name: 'b', filter: KEEP_WON },
      { name: 'c', filter: KEEP_WON },
    ]);
    const named = await open('ada', { sources: ['b', 'b'], filter: null });
    expect(named.body).toMatchObject({ all: false, sources: [{ name: 'b', filter: null }] });
    expect((await open()).body).toMatchObject({ all: false, sources: [{ name: 'b' }] });
    expect((await owned()).streams).toHaveLength(1);
  });

  it('takes over from the one before, which is told who did', async () => {
    const first = (await open()).body.session_id;
    api.clock.advance(60_000);
    const second = await open('ada', { by: 'bob@desk' });
    expect(second.body.taken_from).toMatchObject({ by: 'ada@laptop', since: '2026-01-01T00:00:00.000Z' });
    await keep('one');
    expectProblem(
      await next(first, { delivered: ['one'] }),
      409,
      'session-over',
      /taken over by bob@desk at 2026-01-01T00:01/,
    );
    expect(await statusOf('one')).toBe('available');
    expectProblem(await call('DELETE', `/listeners/ada/sessions/${first}`), 409, 'session-over', /bob@desk/);
    expect((await next(second.body.session_id)).body.deliveries).toHaveLength(1);
    const ended = await call('DELETE', `/listeners/ada/sessions/${second.body.session_id}`);
    expect(ended.status).toBe(200);
    expect(ended.body).not.toHaveProperty('session');
    expectProblem(await next(second.body.session_id), 409, 'session-over', /has ended/);
    expect((await open()).body).not.toHaveProperty('taken_from');
  });

  it('that is temporary takes the listener along', async () => {
    const { session_id } = (await open('ada', { temporary: true })).body;
    await keep('one');
    expect((await call('DELETE', `/listeners/ada/sessions/${session_id}`)).body.temporary).toBe(true);
    expect(await statusOf('one')).toBe('discarded');
    expect((await owned()).publications).toEqual([]);
    expectProblem(await call('GET', '/listeners/ada'), 404, 'not-found');
  });

  it.each([
    ['v1', {}, 422, 'invalid-name'],
    ['a b', {}, 422, 'invalid-name'],
    ['hook', {}, 409, 'name-taken'],
    ['ada', { sources: ['nope'] }, 404, 'not-found'],
    ['ada', { sources: [] }, 400, 'invalid-request'],
    ['ada', { filter: 'root = (' }, 422, 'invalid-filter'],
    ['ada', { by: '' }, 400, 'invalid-request'],
    ['ada', { by: 'x'.repeat(101) }, 400, 'invalid-request'],
  ])('as %j with %j is refused', async (name, more, status, id) => {
    await publishTo('hook');
    const before = await owned();
    expectProblem(await open(encodeURIComponent(name), more), status, id);
    expect(await owned()).toEqual(before);
    expect(await api.stores.listeners.list(app.id)).toEqual([]);
  });

  it('is begun again where it was cut off: after the record, after the publication', async () => {
    await generate('ticks');
    const { body } = await open();
    await api.stores.streams.remove(app.id, body.sources[0].id, body.id);
    await api.stores.publications.remove(app.id, body.id);
    expect((await open()).body).toMatchObject({ id: body.id, sources: [{ name: 'ticks' }] });
    await api.stores.streams.remove(app.id, body.sources[0].id, body.id);
    expect((await open()).body).toMatchObject({ id: body.id, sources: [{ name: 'ticks' }] });
  });

  it('is one of so many listeners in an app', async () => {
    for (let n = 0; n < LISTENERS_PER_APP_MAX; n += 1) expect((await open(`l-${n}`)).status).toBe(201);
    expectProblem(await open('one-more'), 409, 'limit-reached', /50 listeners/);
    expect((await open('l-1')).status).toBe(201);
  });
});

describe('the deliveries of a listener', () => {
  it('come in their order, again and again until they are ended', async () => {
    const { session_id } = (await open()).body;
    const atMs = api.clock.now() - 5_000;
    await keep('third', { createdAtMs: atMs, place: 12 });
    await keep('second', { createdAtMs: atMs, place: 3 });
    await keep('first', { createdAtMs: atMs - 1, place: 99 });
    const ids = (answer: { readonly body: { deliveries: { id: string }[] } }) =>
      answer.body.deliveries.map(({ id }) => id);
    const found = await next(session_id, { max: 2 });
    expect(ids(found)).toEqual(['first', 'second']);
    expect(found.body.waiting).toBe(3);
    expect(found.body.deliveries[0]).toMatchObject({
      event_id: expect.any(String),
      // Exact to the byte: JSON.parse would change the number.
      body: '{"specversion":"1.0","id":"first","big":9007199254740993}',
    });
    expect(ids(await next(session_id))).toEqual(['first', 'second', 'third']);
    expect((await next(session_id, { max: 0 })).body).toEqual({ deliveries: [], waiting: 3 });
    const after = await next(session_id, { delivered: ['first'], skipped: ['third'] });
    expect(ids(after)).toEqual(['second']);
    expect(after.body.waiting).toBe(1);
    expect([await statusOf('first'), await statusOf('third')]).toEqual(['delivered', 'discarded']);
    expect((await api.stores.deliveries.get(app.id, 'third'))?.delivery.attempts).toMatchObject([
      { errorId: 'skipped' },
    ]);
    // Repeating it changes nothing.
    expect((await next(session_id, { skipped: ['first'] })).status).toBe(200);
    expect(await statusOf('first')).toBe('delivered');
  });

  it('are left for the next look while others of the same moment may still come', async () => {
    const { session_id } = (await open()).body;
    await keep('now', { createdAtMs: api.clock.now() - 249 });
    expect((await next(session_id)).body.deliveries).toEqual([]);
    api.clock.advance(1);
    expect((await next(session_id)).body.deliveries).toHaveLength(1);
  });

  it('are those of the listener only, whatever ids a session says', async () => {
    const { session_id } = (await open()).body;
    await keep('mine');
    await keep('other', { publicationId: 'another' });
    await next(session_id, { delivered: ['other', 'nothing', '../x'], skipped: ['other'] });
    expect(await statusOf('other')).toBe('available');
    const thief = await newApp('thief');
    const asked = await api.call('POST', `/v1/tenants/${thief.id}/listeners/ada/deliveries`, {
      token: thief.token,
      body: { session_id, delivered: ['mine'] },
    });
    expectProblem(asked, 404, 'not-found');
    expect(await statusOf('mine')).toBe('available');
  });

  it('were dropped while nobody listened: the next session is told how many, once', async () => {
    await open();
    api.clock.advance(HOUR_MS);
    for (const id of ['a', 'b']) await keep(id, { status: 'exhausted', updatedAtMs: api.clock.now() });
    await keep('long ago', { status: 'exhausted', updatedAtMs: api.clock.now() - 2 * HOUR_MS });
    expect((await call('GET', '/listeners/ada')).body.dropped.count).toBe(2);
    api.clock.advance(1);
    expect((await open()).body.dropped).toEqual({ count: 2, since: '2026-01-01T00:00:00.000Z' });
    expect((await open()).body.dropped.count).toBe(0);
  });

  it.each([
    { max: 101 },
    { max: -1 },
    { wait: 21 },
    { wait: 0.5 },
    { delivered: Array.from({ length: 101 }, String) },
    { acknowledged: ['x'] },
  ])('are not given for %j', async (more) => {
    const { session_id } = (await open()).body;
    expectProblem(await next(session_id, more), 400, 'invalid-request');
  });
});

describe('a listener', () => {
  it('ends a day after it was last used, with all that it has', async () => {
    await generate('ticks');
    const { session_id } = (await open()).body;
    api.clock.advance(23 * HOUR_MS);
    await next(session_id);
    await keep('one');
    api.clock.advance(24 * HOUR_MS - 1);
    expect(await endUnused()).toBe(0);
    api.clock.advance(1);
    expect(await endUnused()).toBe(1);
    expect(await owned()).toMatchObject({ publications: [], streams: [] });
    expect(await statusOf('one')).toBe('discarded');
    expectProblem(await next(session_id), 404, 'not-found', /events:listeners/);
  });

  it('that is temporary ends an hour after its session was last heard of', async () => {
    await open('ada', { temporary: true });
    await open('bob');
    api.clock.advance(HOUR_MS);
    expect(await endUnused()).toBe(1);
    expect(await api.stores.listeners.list(app.id)).toMatchObject([{ name: 'bob' }]);
  });

  it('ends that was last used by a clock that was ahead', async () => {
    await open();
    api.clock.advance(-48 * HOUR_MS);
    expect(await endUnused()).toBe(1);
  });

  it('is removed with its publication, or ends with it', async () => {
    await generate('ticks');
    await open();
    expect((await call('DELETE', '/listeners/ada')).body.name).toBe('ada');
    expect(await owned()).toMatchObject({ publications: [], streams: [] });
    expectProblem(await call('DELETE', '/listeners/ada'), 404, 'not-found');
    const { session_id } = (await open()).body;
    await call('DELETE', '/publications/ada');
    expectProblem(await next(session_id), 404, 'not-found');
  });
});
