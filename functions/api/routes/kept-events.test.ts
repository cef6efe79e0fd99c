import { beforeEach, describe, expect, it } from 'vitest';
import {
  api,
  app,
  call,
  everyRouteIsAnswered,
  expectProblem,
  generate,
  openShop,
  publishTo,
} from '../../../test/support/shop.ts';
import { KEPT_EVENT_ROUTES } from './kept-events.ts';

beforeEach(openShop);
everyRouteIsAnswered(KEPT_EVENT_ROUTES);

describe('the last events of a subscription', () => {
  const ids = async (query = '') =>
    (await call('GET', `/subscriptions/ticks/kept-events${query}`)).body.events.map(
      ({ event }: { event: { id: string } }) => event.id,
    );

  it('are kept where its owner asks for it, with the first event on', async () => {
    const created = await generate('ticks', { keep_last: 3, interval: '10s' });
    expect(created.body).toMatchObject({ keep_last: 3 });
    // Creating a generator also makes its first minute's events.
    const kept = await ids();
    expect(kept).toHaveLength(3);
    expect(kept[0]).toMatch(new RegExp(`^${created.body.id}-`));
    expect((await call('GET', '/subscriptions/ticks/kept-events?limit=1')).body.events).toMatchObject([
      { event: { type: 'app.generated.ticks', data: { timestamp: expect.any(Number) } } },
    ]);
  });

  it('are not kept otherwise, and whoever asks is told how', async () => {
    await generate('ticks');
    expectProblem(
      await call('GET', '/subscriptions/ticks/kept-events'),
      422,
      'unprocessable',
      /events:subscriptions:update ticks --keep-last 100/,
    );
    expectProblem(await call('GET', '/subscriptions/none/kept-events'), 404, 'not-found');
  });

  it('are removed when their owner wants none any more, or the subscription goes', async () => {
    const { id } = (await generate('ticks', { keep_last: 3 })).body;
    const stored = () => api.stores.keptEvents.list(app.id, id, { limit: 10 });
    expect(await stored()).not.toEqual([]);
    expect((await call('PATCH', '/subscriptions/ticks', { keep_last: 0 })).body).not.toHaveProperty(
      'keep_last',
    );
    expect(await stored()).toEqual([]);
    await call('PATCH', '/subscriptions/ticks', { keep_last: 5 });
    await api.stores.keptEvents.keep(app.id, id, [{ atMs: 0, forgetAtMs: 1e13, eventJson: '{}' }], 5);
    await call('DELETE', '/subscriptions/ticks');
    expect(await stored()).toEqual([]);
  });

  it('are not shown after their time', async () => {
    const { id } = (await generate('ticks', { keep_last: 3 })).body;
    await api.stores.keptEvents.clear(app.id, id);
    const event = (forgetAtMs: number) => ({ atMs: 0, forgetAtMs, eventJson: `{"id":"${forgetAtMs}"}` });
    const nowMs = api.clock.now();
    await api.stores.keptEvents.keep(app.id, id, [event(nowMs), event(nowMs + 1)], 3);
    expect(await ids()).toEqual([String(nowMs + 1)]);
  });

  it('come in pages that an answer can hold', async () => {
    const { id } = (await generate('ticks', { keep_last: 100 })).body;
    await api.stores.keptEvents.clear(app.id, id);
    const filler = 'x'.repeat(30_000);
    const many = Array.from({ length: 100 }, (_, n) => ({
      atMs: 0,
      forgetAtMs: 1e13,
      eventJson: JSON.stringify({ id: String(n), filler }),
    }));
    await api.stores.keptEvents.keep(app.id, id, many, 100);
    const seen: string[] = [];
    let after = '';
    do {
      const page = await call('GET', `/subscriptions/ticks/kept-events?limit=100${after}`);
      expect(page.text.length).toBeLessThan(2_500_000);
      seen.push(...page.body.events.map(({ event }: { event: { id: string } }) => event.id));
      after = page.body.next === undefined ? '' : `&after=${page.body.next}`;
    } while (after !== '');
    expect(seen).toEqual(many.map((_, n) => String(99 - n)));
  });

  it.each([-1, 1.5, 501, '3', null])('are not kept by a number such as %j', async (keepLast) => {
    expectProblem(await generate('ticks', { keep_last: keepLast }), 400, 'invalid-request', /keep_last/);
  });

  it('are erased with all else of an event, and counted before', async () => {
    await publishTo('hook');
    await generate('ticks', { keep_last: 3, interval: '10s' });
    const [first] = await ids();
    const target = { by: 'event-id', value: first };
    expect((await call('POST', '/erasures/count', target)).body).toMatchObject({ kept: 1, history: 0 });
    const erased = await call('POST', '/erasures', target);
    const ended = (await call('GET', `/redrives/${erased.body.id}`)).body;
    expect(ended).toMatchObject({ state: 'done', erasure: { kept: 1, history: 0 } });
    expect(await ids()).not.toContain(first);
    expect(await ids()).toHaveLength(2);
  });
});
