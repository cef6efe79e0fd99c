import { beforeEach, describe, expect, it } from 'vitest';
import { parseDeliveryMessage } from '../../../src/domain/deliveries/delivery-message.ts';
import { aDelivery } from '../../../test/support/records.ts';
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
import { DELIVERY_ROUTES } from './deliveries.ts';

beforeEach(openShop);
everyRouteIsAnswered(DELIVERY_ROUTES);

describe('deliveries', () => {
  const GONE = '0b1f0f0e-4c5b-4d0e-8a57-3f9d7a1f2b11';
  let publicationId: string;
  const event = {
    specversion: '1.0',
    id: 'e-1',
    source: '/x',
    type: 'com.example.thing',
    data: { commitNumber: 1736877279422521345n },
  };
  const eventJson =
    '{"specversion":"1.0","id":"e-1","source":"/x","type":"com.example.thing","data":{"commitNumber":1736877279422521345}}';

  beforeEach(async () => {
    publicationId = (await publishTo('hook')).body.id;
  });

  async function stored(more: Parameters<typeof aDelivery>[0] = {}) {
    const delivery = aDelivery({
      appId: app.id,
      publicationId,
      publicationName: 'hook',
      eventId: 'e-1',
      ...more,
    });
    await api.stores.deliveries.create(delivery, eventJson);
    return delivery;
  }

  it('are listed newest first, page by page, by status and publication', async () => {
    const source = (await generate('g')).body;
    const older = await stored({ createdAtMs: 1_000, subscriptionId: source.id });
    const newer = await stored({ createdAtMs: 2_000, status: 'exhausted', subscriptionId: GONE });
    const page = await call('GET', '/deliveries?limit=1');
    expect(page.body.deliveries).toMatchObject([
      {
        id: newer.id,
        publication: { id: publicationId, name: 'hook' },
        subscription: { id: GONE, name: GONE },
      },
    ]);
    expect(page.body.deliveries[0]).not.toHaveProperty('event');
    const second = await call('GET', `/deliveries?limit=1&after=${encodeURIComponent(page.body.next)}`);
    expect(second.body.deliveries).toMatchObject([{ id: older.id, subscription: { name: 'g' } }]);
    expect(second.body).not.toHaveProperty('next');
    const ids = async (query: string) =>
      (await call('GET', `/deliveries?${query}`)).body.deliveries.map(({ id }: { id: string }) => id);
    expect(await ids('status=exhausted')).toEqual([newer.id]);
    expect(await ids('publication=hook&status=waiting')).toEqual([older.id]);
    expect(await ids('order=oldest-first')).toEqual([older.id, newer.id]);
  });

  it.each(['limit=0', 'limit=101', 'limit=ten', 'status=lost', 'order=asc'])(
    'refuse the query %s',
    async (query) => {
      expectProblem(await call('GET', `/deliveries?${query}`), 400, 'invalid-request', /the query/);
    },
  );

  it('of an unknown publication are refused rather than none', async () => {
    expectProblem(await call('GET', '/deliveries?publication=none'), 404, 'not-found');
  });

  it('are shown with their attempts and their event, 64-bit integers exact', async () => {
    const delivery = await stored();
    const shown = await call('GET', `/deliveries/${delivery.id}`);
    expect(shown.body.attempts).toMatchObject([{ status: 500, error_id: 'http-500', duration_ms: 12 }]);
    expect(shown.body.event).toEqual(event);
    expect(shown.text).toContain('"commitNumber":1736877279422521345');
    expectProblem(await call('GET', '/deliveries/none'), 404, 'not-found');
  });

  it.each(['waiting', 'rejected', 'exhausted', 'discarded', 'delivered'] as const)(
    'that are %s are tried again at once',
    async (status) => {
      const delivery = await stored({ status, forgetAtMs: 5 });
      const answer = await call('POST', `/deliveries/${delivery.id}/retry`);
      expect(answer.body).toMatchObject({ status: 'waiting', next_attempt_at: '2026-01-01T00:00:00.000Z' });
      const { delivery: after } = (await api.stores.deliveries.get(app.id, delivery.id)) ?? {};
      expect(after?.forgetAtMs).toBeUndefined();
      expect(after?.sweepAtMs).toBeGreaterThan(api.clock.now());
      expect(
        api.queue.messages.map(({ body, groupId }) => ({ groupId, ...parseDeliveryMessage(body) })),
      ).toEqual([
        {
          groupId: `${app.id}/${publicationId}`,
          kind: 'retry',
          appId: app.id,
          publicationId,
          deliveryId: delivery.id,
          dueAtMs: after?.nextAttemptAtMs,
        },
      ]);
    },
  );

  it('are listed with what went wrong last, unless they were taken in the end', async () => {
    await stored({ status: 'waiting' });
    const taken = { atMs: 0, durationMs: 1, status: 200 };
    await stored({ status: 'delivered', attempts: [taken] });
    const list = async (status: string) =>
      (await call('GET', `/deliveries?status=${status}`)).body.deliveries[0];
    expect(await list('waiting')).toMatchObject({ last_error: { id: 'http-500' } });
    expect(await list('delivered')).not.toHaveProperty('last_error');
  });

  it('are not tried while their publication is paused, or gone', async () => {
    const delivery = await stored({ status: 'parked' });
    await call('PATCH', '/publications/hook', { paused: true });
    expectProblem(
      await call('POST', `/deliveries/${delivery.id}/retry`),
      409,
      'publication-not-active',
      /resume/,
    );
    await call('DELETE', '/publications/hook');
    expectProblem(await call('POST', `/deliveries/${delivery.id}/retry`), 404, 'not-found', /deleted/);
    expectProblem(await call('POST', '/deliveries/none/retry'), 404, 'not-found');
    expect(api.queue.messages).toEqual([]);
  });

  it('are discarded, and stay to be looked at; one that was delivered is not', async () => {
    const delivery = await stored();
    expect((await call('DELETE', `/deliveries/${delivery.id}`)).body).toMatchObject({ status: 'discarded' });
    expect((await call('GET', `/deliveries/${delivery.id}`)).body.status).toBe('discarded');
    const done = await stored({ status: 'delivered' });
    expectProblem(await call('DELETE', `/deliveries/${done.id}`), 409, 'already-delivered');
    expectProblem(await call('DELETE', '/deliveries/none'), 404, 'not-found');
  });
});

describe('the filter of deliveries', () => {
  it('are listed and counted by every part of the filter', async () => {
    const source = (await generate('g')).body;
    const publicationId = (await publishTo('hook')).body.id;
    const failed = async (more: Parameters<typeof aDelivery>[0] = {}) => {
      const delivery = aDelivery({
        appId: app.id,
        publicationId,
        publicationName: 'hook',
        status: 'exhausted',
        createdAtMs: api.clock.now() - 10_000,
        ...more,
      });
      await api.stores.deliveries.create(delivery, '{}');
      return delivery;
    };
    const one = await failed({
      subscriptionId: source.id,
      eventId: 'e-1',
      eventType: 't.1',
      eventSubject: '/s',
      status: 'rejected',
      attempts: [{ atMs: 0, durationMs: 1, status: 422, errorId: 'http-422', message: 'Bad é' }],
    });
    await failed();
    const from = new Date(api.clock.now() - 20_000).toISOString();
    for (const query of [
      'status=rejected,parked',
      'subscription=g&publication=hook',
      'event_id=e-1',
      'event_type=t.1',
      'event_subject=%2Fs',
      'http_status=422',
      `error=${encodeURIComponent('BAD É')}`,
      `from=${from}&event_id=e-1`,
    ]) {
      const listed = await call('GET', `/deliveries?${query}`);
      expect(listed.body.deliveries).toMatchObject([{ id: one.id }]);
      expect((await call('GET', `/deliveries/count?${query}`)).body).toMatchObject({
        count: 1,
        complete: true,
      });
    }
    expect((await call('GET', `/deliveries?until=${from}`)).body.deliveries).toEqual([]);
  });

  it.each(['status=gone', 'status=', 'http_status=0', 'from=soon', 'error=', 'limit=1', 'event_id='])(
    'are not counted by %s',
    async (query) => {
      expectProblem(await call('GET', `/deliveries/count?${query}`), 400, 'invalid-request');
    },
  );
});
