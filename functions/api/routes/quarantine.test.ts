import { beforeEach, describe, expect, it } from 'vitest';
import { parseDeliveryMessage } from '../../../src/domain/deliveries/delivery-message.ts';
import {
  api,
  app,
  authorized,
  call,
  EVENT,
  everyRouteIsAnswered,
  expectProblem,
  openApp,
  openShop,
  owned,
  publishTo,
  subscribe,
} from '../../../test/support/shop.ts';
import { QUARANTINE_ROUTES } from './quarantine.ts';

beforeEach(openShop);
everyRouteIsAnswered(QUARANTINE_ROUTES);

describe('events in quarantine', () => {
  const EVENT_ID = '20741903-d0b2-4d86-90cf-4192b0e17462';
  let id: string;

  /** One event from the feed of a subscription that is linked to a webhook. */
  beforeEach(async () => {
    await authorized();
    await subscribe('orders', { topic: EVENT });
    await publishTo('crm', { source: 'orders' });
    const feed = (await owned()).feeds[0];
    await api.stores.quarantine.put({
      feedId: feed?.id ?? '',
      appId: app.id,
      topic: EVENT,
      cursor: '//8AAAAQ20wAAA==',
      eventId: EVENT_ID,
      schemaId: 'K98aAtiNFBjA-PJlcvaQ2g',
      payload: new Uint8Array([0, 1, 255]),
      message: 'as it was',
      atMs: api.clock.now(),
    });
    id = (await call('GET', '/quarantine')).body[0].id;
  });

  const listed = async () => (await call('GET', '/quarantine')).body;
  const decodes = () => {
    api.schemas.failure = undefined;
  };

  it('are listed without and shown with their bytes, to nobody else', async () => {
    const record = {
      id,
      topic: EVENT,
      event_id: EVENT_ID,
      schema_id: 'K98aAtiNFBjA-PJlcvaQ2g',
      replay_id: '//8AAAAQ20wAAA==',
      reason: 'as it was',
      payload_bytes: 3,
      at: new Date(api.clock.now()).toISOString(),
    };
    expect(id).toMatch(/^[\w-]+\.[\w-]+$/);
    expect(await listed()).toEqual([record]);
    expect((await call('GET', `/quarantine/${id}`)).body).toEqual({ ...record, payload: 'AAH/' });
    const mine = id;
    await openApp('other');
    expect(await listed()).toEqual([]);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/replay'],
    ] as const) {
      expectProblem(await call(method, `/quarantine/${mine}${path}`), 404, 'not-found');
    }
  });

  it('are replayed through the streams as they are now, and leave', async () => {
    decodes();
    expect((await call('POST', `/quarantine/${id}/replay`)).body).toMatchObject({ id });
    const [message] = api.queue.messages;
    expect(parseDeliveryMessage(message?.body ?? '')).toMatchObject({
      kind: 'first',
      eventJsons: [expect.stringContaining(EVENT_ID)],
    });
    expect(await listed()).toEqual([]);
    expectProblem(await call('POST', `/quarantine/${id}/replay`), 404, 'not-found');
  });

  it('stay when they still cannot be decoded, with the reason of now', async () => {
    expectProblem(await call('POST', `/quarantine/${id}/replay`), 409, 'not-replayable', /does not fit/);
    expect(await listed()).toMatchObject([{ id, reason: expect.stringContaining('does not fit') }]);
    expect(api.queue.messages).toEqual([]);
  });

  it('stay when Salesforce, the authorization or the queue cannot, as they were', async () => {
    const before = await listed();
    const replay = () => call('POST', `/quarantine/${id}/replay`);
    api.schemas.failure = { kind: 'unreachable', message: 'no answer' };
    expectProblem(await replay(), 502, 'salesforce-unreachable');
    api.schemas.failure = { kind: 'not-authorized', message: 'dead' };
    expectProblem(await replay(), 409, 'authorization-not-active');
    decodes();
    const { queue } = api;
    const send = queue.send.bind(queue);
    queue.send = async (messages) => messages.map(() => ({ queued: false, message: 'SQS is away' }));
    expectProblem(await replay(), 409, 'not-replayable', /SQS is away/);
    queue.send = send;
    await call('PATCH', '/subscriptions/orders', { paused: true });
    expectProblem(await replay(), 409, 'not-replayable', /paused/);
    expect(await listed()).toEqual(before);
  });

  it('are given up', async () => {
    expect((await call('DELETE', `/quarantine/${id}`)).body).toMatchObject({ id });
    expect(await listed()).toEqual([]);
    expectProblem(await call('DELETE', `/quarantine/${id}`), 404, 'not-found');
    expectProblem(await call('GET', '/quarantine/nonsense'), 404, 'not-found');
  });
});
