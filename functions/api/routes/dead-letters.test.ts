import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryDeadLetterQueue } from '../../../src/adapters/memory/dead-letter-queue.ts';
import {
  DEAD_LETTERS_ENDED_MAX,
  type DeadLetterQueue,
} from '../../../src/domain/dead-letters/dead-letter-queue.ts';
import {
  firstDeliveryBody,
  firstDeliveryHeader,
  retryDeliveryBody,
} from '../../../src/domain/deliveries/delivery-message.ts';
import { eventJson } from '../../../src/domain/events/event.ts';
import { overridden } from '../../../test/support/api-under-test.ts';
import { anEvent } from '../../../test/support/builders.ts';
import {
  api,
  app,
  buryDelivery,
  everyRouteIsAnswered,
  expectProblem,
  openApi,
  openShop,
  publishTo,
} from '../../../test/support/shop.ts';
import { DEAD_LETTER_ROUTES } from './dead-letters.ts';

beforeEach(openShop);
everyRouteIsAnswered(DEAD_LETTER_ROUTES);

/** The id of an app or a publication that no longer exists. */
const GONE = '00000000-0000-4000-8000-000000000000';

describe('dead letters', () => {
  const one = () =>
    firstDeliveryBody(
      firstDeliveryHeader({ appId: app.id, publicationId: 'p-1', publicationName: 'crm' }),
      eventJson(anEvent()),
    );

  it.each([
    ['GET', '/v1/dead-letters'],
    ['GET', '/v1/dead-letters/dead-1'],
    ['POST', '/v1/dead-letters/dead-1/redrive'],
    ['POST', '/v1/dead-letters/redrive'],
    ['GET', '/v1/dead-letters/count'],
    ['DELETE', '/v1/dead-letters/dead-1'],
    ['POST', '/v1/dead-letters/discard'],
  ])("are none of an app's business: %s %s", async (method, path) => {
    buryDelivery('dead-1', one());
    expectProblem(await api.call(method, path, { token: app.token }), 403, 'forbidden');
    expect(api.queue.messages).toEqual([]);
  });

  it('are listed with what can be read of them, without their payload', async () => {
    expect((await api.call('GET', '/v1/dead-letters')).body).toEqual({
      dead_letters: [],
      looked_at: 0,
      complete: true,
    });
    buryDelivery('dead-1', one());
    buryDelivery('dead-2', retryDeliveryBody({ appId: 'gone', publicationId: 'p-2', deliveryId: 'd-1' }));
    buryDelivery('dead-3', 'hello');
    const common = {
      queue: 'deliveries',
      reason: 'no header',
      receive_count: 2,
      sent_at: '2026-01-01T00:00:00.000Z',
    };
    expect((await api.call('GET', '/v1/dead-letters')).body).toEqual({
      dead_letters: [
        {
          ...common,
          id: 'dead-1',
          kind: 'delivery',
          app: { id: app.id, name: 'shop' },
          publication: { id: 'p-1', name: 'crm' },
          event_count: 1,
          event_id: anEvent().id,
          event_type: anEvent().type,
          event_subject: anEvent().subject,
        },
        {
          ...common,
          id: 'dead-2',
          kind: 'retry',
          app: { id: 'gone' },
          publication: { id: 'p-2' },
          delivery_id: 'd-1',
        },
        { ...common, id: 'dead-3', kind: 'unreadable' },
      ],
      looked_at: 3,
      complete: true,
    });
    expect((await api.call('GET', '/v1/dead-letters?limit=2')).body).toMatchObject({ complete: false });
    for (const limit of ['0', '501', 'x', '1.5']) {
      expectProblem(
        await api.call('GET', `/v1/dead-letters?limit=${limit}`),
        400,
        'invalid-request',
        /1 to 500/,
      );
    }
  });

  it('are shown with their body, and put back one by one', async () => {
    buryDelivery('dead-1', one());
    buryDelivery('dead-2', 'hello');
    const shown = await api.call('GET', '/v1/dead-letters/dead-1');
    expect(shown.body).toMatchObject({ id: 'dead-1', kind: 'delivery', body: one() });
    const redriven = await api.call('POST', '/v1/dead-letters/dead-1/redrive');
    expect(redriven.body).toEqual(shown.body);
    expect(api.queue.messages.map(({ body }) => body)).toEqual([one()]);
    expectProblem(await api.call('GET', '/v1/dead-letters/dead-1'), 404, 'not-found', /"dead-1"/);
    expectProblem(await api.call('POST', '/v1/dead-letters/dead-1/redrive'), 404, 'not-found');
    expect(await api.deadLetters.counts()).toEqual({ deliveries: 1, ordered: 0, polls: 0 });
  });

  it('are put back all together, as far as they were there at the start', async () => {
    for (let n = 0; n <= DEAD_LETTERS_ENDED_MAX; n += 1) buryDelivery(`dead-${n}`, `message ${n}`);
    const first = await api.call('POST', '/v1/dead-letters/redrive');
    expect(first.body).toEqual({
      redriven: DEAD_LETTERS_ENDED_MAX,
      looked_at: DEAD_LETTERS_ENDED_MAX + 1,
      next: '2026-01-01T00:00:00.000Z',
    });
    api.clock.advance(1);
    buryDelivery('late', 'came back');
    const before = first.body.next;
    expect((await api.call('POST', '/v1/dead-letters/redrive', { body: { before } })).body).toEqual({
      redriven: 1,
      looked_at: 2,
    });
    expect((await api.deadLetters.list(10)).deadLetters.map(({ id }) => id)).toEqual(['late']);
    for (const none of ['yesterday', '2026-02-31T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01']) {
      expectProblem(
        await api.call('POST', '/v1/dead-letters/redrive', { body: { before: none } }),
        400,
        'invalid-request',
      );
    }
  });

  const counted = async (query: string) => (await api.call('GET', `/v1/dead-letters/count?${query}`)).body;

  it('are found by what they hold, with names of the app or ids of what is gone', async () => {
    const { id } = (await publishTo('hook')).body;
    buryDelivery('dead-1', retryDeliveryBody({ appId: app.id, publicationId: id, deliveryId: 'd-1' }));
    buryDelivery('dead-2', retryDeliveryBody({ appId: GONE, publicationId: GONE, deliveryId: 'd-2' }));
    buryDelivery('dead-3', one());
    buryDelivery('dead-4', 'hello');
    const found = async (query: string) =>
      (await api.call('GET', `/v1/dead-letters?${query}`)).body.dead_letters.map(
        (letter: { readonly id: string }) => letter.id,
      );
    expect(await found('app=shop')).toEqual(['dead-1', 'dead-3']);
    expect(await found('app=shop&publication=hook')).toEqual(['dead-1']);
    expect(await found(`publication=${id}`)).toEqual(['dead-1']);
    expect(await found(`app=${GONE}&publication=${GONE}`)).toEqual(['dead-2']);
    expect(await found(`event_id=${anEvent().id}&kind=delivery&queue=deliveries`)).toEqual(['dead-3']);
    expect(await found('reason=HEADER&from=2026-01-01T00:00:00Z&limit=4')).toHaveLength(4);
    expect(await found('until=2026-01-01T00:00:00Z')).toEqual([]);
    expect(await counted('kind=retry')).toEqual({
      count: 2,
      looked_at: 4,
      complete: true,
      at: '2026-01-01T00:00:00.000Z',
    });
  });

  it.each([
    ['app=nobody', 404, 'not-found', /expected the name or id of an app, found "nobody"/],
    ['app=shop&publication=none', 404, 'not-found', /a publication of the app, found "none"/],
    ['app=shop&subscription=none', 404, 'not-found', /a subscription of the app, found "none"/],
    ['publication=hook', 422, 'unprocessable', /expected "app" beside the name of a publication/],
    ['subscription=timer', 422, 'unprocessable', /expected "app" beside the name of a subscription/],
    ['kind=letter', 400, 'invalid-request', /kind/],
    ['from=yesterday', 400, 'invalid-request', /expected "from" to be a time/],
    ['reason=', 400, 'invalid-request', /reason/],
    ['status=parked', 400, 'invalid-request', /status/],
  ] as const)('are not asked for by %s', async (query, status, id, message) => {
    const filter = Object.fromEntries(new URLSearchParams(query));
    expectProblem(await api.call('GET', `/v1/dead-letters?${query}`), status, id, message);
    expectProblem(await api.call('GET', `/v1/dead-letters/count?${query}`), status, id, message);
    for (const action of ['redrive', 'discard']) {
      const answer = await api.call('POST', `/v1/dead-letters/${action}`, { body: { filter } });
      expectProblem(answer, status, id, message);
    }
  });

  it('are put back by a filter', async () => {
    buryDelivery('dead-1', one());
    buryDelivery('dead-2', 'hello');
    const body = { filter: { kind: 'delivery' } };
    expect((await api.call('POST', '/v1/dead-letters/redrive', { body })).body).toEqual({
      redriven: 1,
      looked_at: 2,
    });
    expect(api.queue.messages.map((message) => message.body)).toEqual([one()]);
  });

  it('are discarded for good, by id or by a filter, and the log says by whose token', async () => {
    buryDelivery('dead-1', one());
    buryDelivery('dead-2', 'hello');
    buryDelivery('dead-3', 'world');
    expect((await api.call('DELETE', '/v1/dead-letters/dead-1')).body).toMatchObject({ body: one() });
    expectProblem(await api.call('DELETE', '/v1/dead-letters/dead-1'), 404, 'not-found', /"dead-1"/);
    const { at } = await counted('kind=unreadable');
    api.clock.advance(1);
    buryDelivery('late', 'came later');
    const body = { filter: { kind: 'unreadable' }, before: at };
    expect((await api.call('POST', '/v1/dead-letters/discard', { body })).body).toEqual({
      discarded: 2,
      looked_at: 3,
    });
    expect((await api.deadLetters.list(10)).deadLetters.map(({ id }) => id)).toEqual(['late']);
    expect(api.queue.messages).toEqual([]);
    // Discarding everything requires an explicit request.
    for (const none of [{}, { before: at }]) {
      const answer = await api.call('POST', '/v1/dead-letters/discard', { body: none });
      expectProblem(answer, 400, 'invalid-request', /filter/);
    }
    const said = api.logged.map((line) => JSON.parse(line));
    expect(said.filter(({ code }) => code === 'DEAD_LETTERS_DISCARDED')).toMatchObject([
      { deadLetterId: 'dead-1', discarded: 1, caller: expect.stringMatching(/./) },
      { filter: '{"kind":"unreadable"}', discarded: 2, caller: expect.stringMatching(/./) },
    ]);
  });

  it('stay where they are while the queue does not take them', async () => {
    const refusing = new MemoryDeadLetterQueue(async () => ({ queued: false, message: 'no room' }));
    openApi({ replaced: () => ({ deadLetters: refusing }) });
    refusing.bury(
      { id: 'dead-1', queue: 'polls', body: 'x', receiveCount: 1, sentAtMs: api.clock.now() },
      api.clock.now(),
    );
    expectProblem(await api.call('POST', '/v1/dead-letters/dead-1/redrive'), 503, 'queue-refused', /no room/);
    expect((await api.call('POST', '/v1/dead-letters/redrive')).body).toEqual({
      redriven: 0,
      looked_at: 1,
      refusal: 'no room',
    });
    expect(await refusing.counts()).toEqual({ deliveries: 0, ordered: 0, polls: 1 });
  });

  it('that one request could not reach are not said to be gone', async () => {
    const endless = overridden<DeadLetterQueue>(api.deadLetters, {
      find: async () => ({ kind: 'not-reached', lookedAtCount: 2_000 }),
      redrive: async () => ({ kind: 'not-reached', lookedAtCount: 2_000 }),
      discard: async () => ({ kind: 'not-reached', lookedAtCount: 2_000 }),
    });
    openApi({ replaced: () => ({ deadLetters: endless }) });
    for (const [method, path] of [
      ['GET', '/v1/dead-letters/dead-1'],
      ['POST', '/v1/dead-letters/dead-1/redrive'],
      ['DELETE', '/v1/dead-letters/dead-1'],
    ] as const) {
      expectProblem(await api.call(method, path), 404, 'not-found', /looked at 2000 dead letters/);
    }
  });
});
