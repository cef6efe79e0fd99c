import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryDeadLetterQueue } from '../../../src/adapters/memory/dead-letter-queue.ts';
import {
  DEAD_LETTERS_REDRIVEN_MAX,
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
} from '../../../test/support/shop.ts';
import { DEAD_LETTER_ROUTES } from './dead-letters.ts';

beforeEach(openShop);
everyRouteIsAnswered(DEAD_LETTER_ROUTES);

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
  ])("are none of an app's business: %s %s", async (method, path) => {
    buryDelivery('dead-1', one());
    expectProblem(await api.call(method, path, { token: app.token }), 403, 'forbidden');
    expect(api.queue.messages).toEqual([]);
  });

  it('are listed with what can be read of them, without their payload', async () => {
    expect((await api.call('GET', '/v1/dead-letters')).body).toEqual({ dead_letters: [], complete: true });
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
    expect(await api.deadLetters.counts()).toEqual({ deliveries: 1, polls: 0 });
  });

  it('are put back all together, as far as they were there at the start', async () => {
    for (let n = 0; n <= DEAD_LETTERS_REDRIVEN_MAX; n += 1) buryDelivery(`dead-${n}`, `message ${n}`);
    const first = await api.call('POST', '/v1/dead-letters/redrive');
    expect(first.body).toEqual({ redriven: DEAD_LETTERS_REDRIVEN_MAX, next: '2026-01-01T00:00:00.000Z' });
    api.clock.advance(1);
    buryDelivery('late', 'came back');
    const before = first.body.next;
    expect((await api.call('POST', '/v1/dead-letters/redrive', { body: { before } })).body).toEqual({
      redriven: 1,
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
      refusal: 'no room',
    });
    expect(await refusing.counts()).toEqual({ deliveries: 0, polls: 1 });
  });

  it('that one request could not reach are not said to be gone', async () => {
    const endless = overridden<DeadLetterQueue>(api.deadLetters, {
      find: async () => ({ kind: 'not-reached', lookedAtCount: 2_000 }),
      redrive: async () => ({ kind: 'not-reached', lookedAtCount: 2_000 }),
    });
    openApi({ replaced: () => ({ deadLetters: endless }) });
    for (const [method, path] of [
      ['GET', '/v1/dead-letters/dead-1'],
      ['POST', '/v1/dead-letters/dead-1/redrive'],
    ] as const) {
      expectProblem(await api.call(method, path), 404, 'not-found', /looked at 2000 dead letters/);
    }
  });
});
