import { beforeEach, describe, expect, it } from 'vitest';
import { parsePollMessage } from '../../../src/domain/feeds/poll-message.ts';
import {
  api,
  authorized,
  call,
  EVENT,
  everyRouteIsAnswered,
  expectProblem,
  generate,
  KEEP_WON,
  openShop,
  owned,
  publishTo,
  subscribe,
} from '../../../test/support/shop.ts';
import { STREAM_ROUTES } from './streams.ts';

beforeEach(openShop);
everyRouteIsAnswered(STREAM_ROUTES);

describe('streams', () => {
  it('link by name or id, and are shown at both ends with their filter', async () => {
    const source = (await generate('g')).body;
    const target = (await publishTo('hook')).body;
    const created = await call('POST', '/streams', { source: 'g', target: target.id, filter: KEEP_WON });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      source: { id: source.id, name: 'g' },
      target: { id: target.id, name: 'hook' },
      filter: KEEP_WON,
      ordered: false,
      created_at: '2026-01-01T00:00:00.000Z',
    });
    expect((await call('GET', '/streams')).body).toEqual([created.body]);
    expect((await call('GET', `/streams/${source.id}/hook`)).body).toEqual(created.body);
    expect((await call('GET', '/subscriptions/g')).body.targets).toMatchObject([
      { name: 'hook', filter: KEEP_WON },
    ]);
    expect((await call('GET', '/publications/hook')).body.sources).toMatchObject([
      { name: 'g', filter: KEEP_WON },
    ]);
    expectProblem(
      await call('POST', '/streams', { source: 'g', target: 'hook' }),
      409,
      'name-taken',
      /linked/,
    );
    const changed = await call('PATCH', '/streams/g/hook', { filter: null });
    expect(changed.body.filter).toBeNull();
    expect((await call('DELETE', '/streams/g/hook')).body).toEqual(changed.body);
    expectProblem(await call('DELETE', '/streams/g/hook'), 404, 'not-found');
    expectProblem(await call('GET', '/streams/g/hook'), 404, 'not-found', /found none/);
    expect((await call('GET', '/streams')).body).toEqual([]);
  });

  it('keep the order of events that have the same key, where they are asked to', async () => {
    await generate('g');
    await publishTo('hook');
    await publishTo('other');
    const created = await call('POST', '/streams', {
      source: 'g',
      target: 'hook',
      ordered: true,
      key: 'root = this.id',
    });
    expect(created.body).toMatchObject({ ordered: true, key: 'root = this.id' });
    const change = async (body: object) => (await call('PATCH', '/streams/g/hook', body)).body;
    expect(await change({ filter: KEEP_WON })).toMatchObject({ filter: KEEP_WON, key: 'root = this.id' });
    expect(await change({ key: null })).toMatchObject({ filter: KEEP_WON, ordered: true, key: null });
    const off = await change({ ordered: false });
    expect(off).toMatchObject({ filter: KEEP_WON, ordered: false });
    expect(off).not.toHaveProperty('key');
    expect(await change({ ordered: true })).toMatchObject({ ordered: true, key: null });
    expect((await call('GET', '/streams')).body).toMatchObject([{ ordered: true, key: null }]);
    await call('POST', '/streams', { source: 'g', target: 'other', ordered: true });
    expect((await call('GET', '/streams')).body[1]).toMatchObject({ ordered: true, key: null });
  });

  it.each([
    [
      { ordered: true, key: 'root = this.' },
      422,
      'invalid-key',
      /the key mapping does not compile: .*line 1/s,
    ],
    [{ ordered: true, key: '' }, 422, 'invalid-key', /./],
    [
      { key: 'root = this.id' },
      422,
      'invalid-key',
      /"key" only on an ordered stream, found it on one that is not/,
    ],
    [{ ordered: false, key: 'root = this.id' }, 422, 'invalid-key', /only on an ordered stream/],
    [{ ordered: 'yes' }, 400, 'invalid-request', /ordered/],
    [{ ordered: true, key: 5 }, 400, 'invalid-request', /key/],
  ])('refuse the order %j, with nothing half made', async (order, status, id, said) => {
    await generate('g');
    await publishTo('hook');
    expectProblem(
      await call('POST', '/streams', { source: 'g', target: 'hook', ...order }),
      status,
      id,
      said,
    );
    expect((await owned()).streams).toEqual([]);
    await call('POST', '/streams', { source: 'g', target: 'hook' });
    expectProblem(await call('PATCH', '/streams/g/hook', order), status, id, said);
    expect((await owned()).streams[0]).not.toHaveProperty('order');
  });

  it('are unlinked by the pilot’s route as well', async () => {
    await generate('g');
    await publishTo('hook', { source: 'g' });
    expect((await call('DELETE', '/subscriptions/g/publications/hook')).status).toBe(200);
    expect((await owned()).streams).toEqual([]);
    expectProblem(await call('DELETE', '/subscriptions/g/publications/hook'), 404, 'not-found');
  });

  it('are made with either end in the same call', async () => {
    await publishTo('hook');
    expect((await generate('g', { target: 'hook', filter: KEEP_WON })).body.targets).toMatchObject([
      { name: 'hook', filter: KEEP_WON },
    ]);
    expect((await publishTo('other', { source: 'g' })).body.sources).toMatchObject([
      { name: 'g', filter: null },
    ]);
    await authorized();
    const sent = { name: 'orders', topic: EVENT, alias: 'my-org', source: 'g' };
    expect((await call('POST', '/platforms/salesforce/publications', sent)).body.sources).toHaveLength(1);
    expect((await subscribe('changes', { target: 'hook' })).body.targets).toHaveLength(1);
    expect((await owned()).streams).toHaveLength(4);
  });

  it.each([
    ['root = if this.x { this ', /1/],
    ['root = nothing_like_this()', /nothing_like_this/],
    ['', /./],
  ])('refuse the filter %j, with nothing half made', async (filter, said) => {
    await authorized();
    await publishTo('hook');
    await generate('g');
    const before = await owned();
    const answers = [
      await call('POST', '/streams', { source: 'g', target: 'hook', filter }),
      await generate('g2', { target: 'hook', filter }),
      await subscribe('changes', { target: 'hook', filter }),
      await publishTo('hook2', { source: 'g', filter }),
      await call('POST', '/platforms/salesforce/publications', {
        name: 'orders',
        topic: EVENT,
        alias: 'my-org',
        source: 'g',
        filter,
      }),
    ];
    for (const answer of answers) expectProblem(answer, 422, 'invalid-filter', said);
    expect(await owned()).toEqual(before);
    await call('POST', '/streams', { source: 'g', target: 'hook' });
    expectProblem(await call('PATCH', '/streams/g/hook', { filter }), 422, 'invalid-filter');
    expect((await owned()).streams[0]?.filter).toBeNull();
  });

  it('refuse ends that are not there, and a filter without an end', async () => {
    await generate('g');
    await publishTo('hook');
    const before = await owned();
    expectProblem(
      await call('POST', '/streams', { source: 'none', target: 'hook' }),
      404,
      'not-found',
      /subscription/,
    );
    expectProblem(
      await call('POST', '/streams', { source: 'g', target: 'none' }),
      404,
      'not-found',
      /publication/,
    );
    expectProblem(await generate('g2', { target: 'none' }), 404, 'not-found', /publication/);
    expectProblem(await publishTo('hook2', { source: 'none' }), 404, 'not-found', /subscription/);
    expectProblem(await generate('g2', { filter: KEEP_WON }), 400, 'invalid-request', /"target"/);
    expectProblem(await publishTo('hook2', { filter: KEEP_WON }), 400, 'invalid-request', /"source"/);
    expectProblem(await call('PATCH', '/streams/g/hook', { filter: null }), 404, 'not-found');
    expectProblem(await call('PATCH', '/streams/g/hook', {}), 400, 'invalid-request');
    expect(await owned()).toEqual(before);
  });

  it.each([
    ['of its own', (name: string) => call('POST', '/streams', { source: name, target: 'hook' })],
    ['with a new publication', (name: string) => publishTo('new-hook', { source: name })],
  ])('start at once a feed that waits for its first one: %s', async (_, link) => {
    await authorized();
    await publishTo('hook');
    const { body } = await subscribe('past', { replay: 'earliest' });
    const feed = await feedThatWaits('no-stream');
    expect((await link(body.name)).status).toBe(201);
    expect(wokenFeeds()).toEqual([feed.id]);
    const [started] = (await owned()).feeds;
    expect(started).toMatchObject({ state: 'starting' });
    expect(started?.notBeforeMs).toBeUndefined();
  });

  it('leave alone a feed that waits for something else', async () => {
    await authorized();
    await publishTo('hook');
    await subscribe('past', { replay: 'earliest' });
    await feedThatWaits('subscription.limit.exceeded');
    const before = (await owned()).feeds;
    await call('POST', '/streams', { source: 'past', target: 'hook' });
    expect(wokenFeeds()).toEqual([]);
    expect((await owned()).feeds).toEqual(before);
  });
});

/** The feed as a session leaves it. The wake-up at its creation is dropped. */
async function feedThatWaits(reasonId: string) {
  const [feed] = (await owned()).feeds;
  if (feed === undefined) throw new Error('expected a feed, found none');
  const nowMs = api.clock.now();
  await api.stores.feeds.setState(feed.id, {
    state: 'waiting',
    reason: { id: reasonId, message: 'Why.', atMs: nowMs },
    notBeforeMs: nowMs + 45_000,
  });
  api.pollQueue.messages.length = 0;
  return feed;
}

function wokenFeeds(): string[] {
  return api.pollQueue.messages.flatMap((body) => parsePollMessage(body).feedIds);
}

it('are not ordered where the target is pulled', async () => {
  await generate('g');
  await call('POST', '/platforms/pull/publications', { name: 'toPull' });
  const link = { source: 'g', target: 'toPull' };
  expectProblem(
    await call('POST', '/streams', { ...link, ordered: true }),
    422,
    'unprocessable',
    /found toPull, which is pulled/,
  );
  expect((await call('POST', '/streams', link)).status).toBe(201);
  expectProblem(await call('PATCH', '/streams/g/toPull', { ordered: true }), 422, 'unprocessable');
  expect((await owned()).streams).toHaveLength(1);
});
