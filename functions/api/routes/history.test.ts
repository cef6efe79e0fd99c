import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryAttemptIndex } from '../../../src/adapters/memory/attempt-index.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../../src/domain/deliveries/delivery-message.ts';
import { eventJson } from '../../../src/domain/events/event.ts';
import { IndexedHistory } from '../../../src/management/history/indexed-history.ts';
import { anEvent } from '../../../test/support/builders.ts';
import { aDelivery, aFeed, aHistoryEntry } from '../../../test/support/records.ts';
import {
  api,
  app,
  buryDelivery,
  call,
  everyRouteIsAnswered,
  expectProblem,
  generate,
  newApp,
  openApi,
  openApp,
  openShop,
  publishTo,
} from '../../../test/support/shop.ts';
import { HISTORY_ROUTES } from './history.ts';

beforeEach(openShop);
everyRouteIsAnswered(HISTORY_ROUTES);

const at = (agoMs: number) => api.clock.now() - agoMs;
const entry = (given: Parameters<typeof aHistoryEntry>[0] = {}) => {
  const made = aHistoryEntry({ appId: app.id, publication: 'hook', atMs: at(1_000), ...given });
  api.history.record(made);
  return made;
};

describe('the history', () => {
  it('shows attempts newest first, of an event or a publication, and of the app alone', async () => {
    const { id } = (await publishTo('hook')).body;
    const source = (await generate('ticks')).body;
    entry({ eventId: 'e-1', atMs: at(3_000), subscriptionId: source.id, answer: 'ok' });
    entry({ eventId: 'e-2', atMs: at(2_000), publication: 'other' });
    api.history.record(aHistoryEntry({ eventId: 'e-1', atMs: at(1_000) }));
    const all = await call('GET', '/history');
    expect(all.body.entries).toMatchObject([
      { event_id: 'e-2', publication: 'other' },
      { event_id: 'e-1', subscription: { id: source.id, name: 'ticks' }, outcome: 'delivered', answer: 'ok' },
    ]);
    expect(all.body.searched).toMatchObject({ complete: true });
    expect((await call('GET', `/history?publication=${id}`)).body.entries).toHaveLength(1);
    expect((await call('GET', '/history?event_id=e-2')).body.entries).toHaveLength(1);
    expect((await call('GET', '/history?limit=1')).body).toMatchObject({
      entries: [{ event_id: 'e-2' }],
      searched: { complete: false },
    });
    const other = await newApp('other');
    expect(
      (await api.call('GET', `/v1/tenants/${other.id}/history`, { token: other.token })).body.entries,
    ).toEqual([]);
  });

  it.each([
    ['from=2026-01-01T00:00:00Z&until=2026-01-09T00:00:00Z', 422, 'unprocessable', /at most 7 days/],
    ['from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z', 422, 'unprocessable', /before "until"/],
    ['from=yesterday', 400, 'invalid-request', /a time such as/],
    ['limit=1001', 400, 'invalid-request', /from 1 to 1000/],
  ])('refuses %s', async (query, status, id, message) => {
    for (const path of ['/history', '/history/drops']) {
      expectProblem(await call('GET', `${path}?${query}`), status, id, message);
    }
  });

  it('of a publication that is not there is refused rather than none', async () => {
    expectProblem(await call('GET', '/history?publication=none'), 404, 'not-found');
  });

  it('says when as many searches are under way as are allowed', async () => {
    const busy = async () => ({ kind: 'busy' }) as const;
    openApi({ replaced: () => ({ history: { find: busy, drops: busy, rates: busy } }) });
    await openApp('shop');
    for (const path of ['/history', '/history/drops', '/history/trace?event_id=e']) {
      const answer = await call('GET', path);
      expectProblem(answer, 429, 'too-many-requests', /searches/);
      expect(answer.headers['retry-after']).toBe('5');
    }
  });

  it('finds the events of a Salesforce record where payloads are stored', async () => {
    const source = (await generate('ticks', { keep_last: 10 })).body;
    const event = (id: string, recordId: string) =>
      JSON.stringify({
        specversion: '1.0',
        id,
        source: '/org',
        type: 'com.salesforce.cdc.Opportunity.UPDATE',
        data: { ChangeEventHeader: { recordIds: [recordId] } },
      });
    const record = '006000000000001AAA';
    const stored = aDelivery({ appId: app.id, eventId: 'stored', createdAtMs: at(2) });
    await api.stores.deliveries.create(stored, event('stored', record));
    await api.stores.deliveries.create(
      aDelivery({ appId: app.id }),
      event('of another', '006000000000002AAA'),
    );
    await api.stores.deliveries.create(aDelivery(), event('of another app', record));
    const kept = (id: string, atMs: number, forgetAtMs = Number.MAX_SAFE_INTEGER) => ({
      atMs,
      forgetAtMs,
      eventJson: event(id, record),
    });
    await api.stores.keptEvents.keep(
      app.id,
      source.id,
      [kept('forgotten', at(3), 1), kept('stored', at(2)), kept('kept', at(1))],
      10,
    );
    const { body } = await call('GET', `/history/records/${record.slice(0, 15)}`);
    expect(body).toMatchObject({
      events: [{ event_id: 'kept' }, { event_id: 'stored' }],
      // The generator's own first event is retained as well.
      searched: { deliveries: 2, kept_events: 3, complete: true },
    });
    expectProblem(await call('GET', '/history/records/Opportunity'), 422, 'unprocessable', /15 or 18/);
  });

  it('counts drops by stream and minute', async () => {
    const source = (await generate('ticks')).body;
    const counted = { appId: app.id, subscriptionId: source.id, publication: 'hook', atMs: at(0) };
    api.history.count({ ...counted, count: 3 });
    api.history.count({ ...counted, count: 4 });
    expect((await call('GET', '/history/drops')).body.drops).toMatchObject([
      { subscription: { name: 'ticks' }, publication: 'hook', count: 7 },
    ]);
  });
});

describe('the trace of an event', () => {
  const trace = async (eventId = 'e-1', more = '') =>
    (await call('GET', `/history/trace?event_id=${encodeURIComponent(eventId)}${more}`)).body;
  let source: { id: string; name: string };
  beforeEach(async () => {
    source = (await generate('ticks')).body;
    for (const name of ['hook', 'crm', 'lake']) await publishTo(name);
  });
  const link = (target: string, more: object = {}) =>
    call('POST', '/streams', { source: 'ticks', target, ...more });

  it('is empty where nothing is known', async () => {
    expect(await trace('nobody')).toMatchObject({
      event_id: 'nobody',
      deliveries: [],
      other_streams: [],
      quarantine: [],
      dead_letters: [],
      searched: { complete: true },
    });
  });

  it('says what the request of a delivery looks like, and no secret', async () => {
    await call('PATCH', '/publications/hook', { token: 'a-secret-token' });
    entry({ eventId: 'e-1', deliveryId: 'delivery-1', publication: 'hook' });
    const { request } = (await trace()).deliveries[0];
    expect(request).toMatchObject({ method: 'POST', url: 'https://example.com/hooks' });
    expect(request.headers).toContainEqual({ name: 'webhook-id', value: 'delivery-1' });
    expect(request.headers).toContainEqual({ name: 'authorization' });
    expect(JSON.stringify(request)).not.toContain('secret');
  });

  it('puts a delivery, a retry and a drop together, and says what is next', async () => {
    const filter = 'root = deleted()';
    await link('hook');
    await link('crm', { filter, trace_drops: true });
    await link('lake', { filter });
    entry({ eventId: 'e-1', subscriptionId: source.id, queuedAtMs: at(1_200) });
    const waiting = aDelivery({
      appId: app.id,
      publicationName: 'crm',
      subscriptionId: source.id,
      eventId: 'e-1',
      eventType: 'com.example.thing',
      eventSubject: 'a subject',
      attempts: [
        { atMs: at(900), durationMs: 20, status: 503, errorId: 'http-503', message: 'no', answer: 'full' },
      ],
      nextAttemptAtMs: at(-5_000),
      createdAtMs: at(900),
    });
    await api.stores.deliveries.create(waiting, eventJson(anEvent({ id: 'e-1' })));
    // The same attempt that the history knows: it counts once.
    entry({
      eventId: 'e-1',
      deliveryId: waiting.id,
      subscriptionId: source.id,
      publication: 'crm',
      outcome: 'retry',
      status: 503,
      atMs: at(870),
      queuedAtMs: at(1_200),
    });
    api.history.count({
      appId: app.id,
      subscriptionId: source.id,
      publication: 'lake',
      atMs: at(1_000),
      count: 9,
    });
    const told = await trace();
    expect(told).toMatchObject({
      event_type: 'com.example.thing',
      event_subject: 'a subject',
      received: { subscription: { name: 'ticks' }, platform: 'generate' },
      other_streams: [{ target: { name: 'lake' }, trace_drops: false, dropped: 9, what: /--trace-drops/ }],
    });
    expect(Date.parse(told.received.at)).toBe(at(1_200));
    expect(told.deliveries).toHaveLength(2);
    expect(told.deliveries).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ publication: 'hook', status: 'delivered', stored: false }),
        expect.objectContaining({
          publication: 'crm',
          status: 'waiting',
          stored: true,
          attempts: [expect.objectContaining({ status: 503, message: 'no', answer: 'full' })],
          next: expect.stringMatching(/tried again/),
        }),
      ]),
    );
  });

  it.each([
    ['parked', {}, /once the publication is resumed.*publications:resume hook -a shop$/],
    [
      'rejected',
      { stage: 'filter' },
      /the filter of the stream failed on it.*deliveries:retry [\w-]+ -a shop$/,
    ],
    ['rejected', {}, /the target will not take it/],
    ['exhausted', {}, /all retries failed/],
    ['discarded', {}, /discarded/],
    ['delivered', {}, /the target has it/],
  ] as const)('says what is next of a delivery that is %s %j', async (status, more, next) => {
    await call('PATCH', '/publications/hook', { paused: true });
    const delivery = aDelivery({ appId: app.id, publicationName: 'hook', eventId: 'e-1', status, ...more });
    await api.stores.deliveries.create(delivery, eventJson(anEvent({ id: 'e-1' })));
    const { deliveries } = await trace();
    expect(deliveries).toMatchObject([{ id: delivery.id, status, stored: true }]);
    expect(deliveries[0].next).toMatch(next);
  });

  it('says that a record is gone whose attempt failed', async () => {
    entry({ eventId: 'e-1', outcome: 'retry', status: 500, errorId: 'http-500' });
    expect((await trace()).deliveries).toMatchObject([
      { status: 'unknown', stored: false, attempts: [{ status: 500 }] },
    ]);
  });

  it('knows of a direct publish, of the quarantine and of dead letters, of the app alone', async () => {
    entry({ eventId: 'e-1' });
    await api.stores.feeds.ensure(aFeed({ id: 'feed-1', appId: app.id }));
    await api.stores.quarantine.put({
      feedId: 'feed-1',
      appId: app.id,
      topic: '/data/AccountChangeEvent',
      cursor: 'AAAA',
      eventId: 'e-1',
      schemaId: 'schema',
      payload: new Uint8Array([1]),
      message: 'no such schema',
      atMs: at(500),
    });
    const body = (appId: string) =>
      firstDeliveryBody(
        firstDeliveryHeader({ appId, publicationId: 'p', publicationName: 'hook' }),
        eventJson(anEvent({ id: 'e-1' })),
      );
    buryDelivery('ours', body(app.id));
    buryDelivery('theirs', body('another'));
    buryDelivery('nobody', 'not a delivery');
    const told = await trace();
    expect(told.received).toMatchObject({ publication: 'hook' });
    expect(told.quarantine).toMatchObject([{ topic: '/data/AccountChangeEvent', reason: 'no such schema' }]);
    expect(told.dead_letters).toMatchObject([{ id: 'ours', publication: 'hook', receive_count: 2 }]);
    expect((await api.deadLetters.list(10)).deadLetters).toHaveLength(3);
  });

  it('lists the resources of the app once, also where the index of attempts needs them', async () => {
    openApi({
      replaced: ({ history: searched, publications, streams, clock }) => {
        const attemptIndex = new MemoryAttemptIndex({ clock });
        return { history: new IndexedHistory({ searched, attemptIndex, publications, streams }) };
      },
    });
    await openApp('shop');
    await publishTo('hook');
    const { publications, streams, subscriptions } = api.stores;
    const lists = [publications, streams, subscriptions].map((store) => vi.spyOn(store, 'list'));
    await trace();
    expect(lists.map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1]);
  });

  it('takes any id', async () => {
    for (const id of ['" | limit 1', '\u001b[31m', 'é/%', 'x'.repeat(1_000)]) {
      entry({ eventId: id.slice(0, 256) });
      expect((await trace(id)).deliveries).toHaveLength(1);
    }
    expectProblem(await call('GET', '/history/trace'), 400, 'invalid-request', /event_id/);
  });
});
