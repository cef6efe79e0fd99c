import { beforeEach, describe, expect, it } from 'vitest';
import { FLOW_PACE, FlowReader } from '../../../src/management/flow/flow-reader.ts';
import { overridden } from '../../../test/support/api-under-test.ts';
import { aDelivery, aHistoryEntry } from '../../../test/support/records.ts';
import {
  api,
  app,
  authorized,
  call,
  everyRouteIsAnswered,
  generate,
  KEEP_WON,
  newApp,
  openApi,
  openApp,
  openShop,
  publishTo,
  subscribe,
} from '../../../test/support/shop.ts';
import { FLOW_ROUTES } from './flow.ts';

beforeEach(openShop);
everyRouteIsAnswered(FLOW_ROUTES);

const MINUTE_MS = 60_000;
const minuteAgo = (minutes: number) => api.clock.now() - minutes * MINUTE_MS;
const textOf = (atMs: number) => new Date(Math.floor(atMs / MINUTE_MS) * MINUTE_MS).toISOString();

async function flow() {
  return (await call('GET', '/flow')).body;
}

/** `ticks` goes to `hook`, and the events that pass a filter go to `crm`. */
async function linked() {
  const ticks = (await generate('ticks')).body;
  await publishTo('hook');
  await publishTo('crm');
  await call('POST', '/streams', { source: 'ticks', target: 'hook' });
  await call('POST', '/streams', { source: 'ticks', target: 'crm', filter: KEEP_WON });
  const attempt = (publication: string, atMs: number, more: object = {}) =>
    api.history.record(
      aHistoryEntry({
        appId: app.id,
        subscriptionId: ticks.id,
        publication,
        atMs,
        queuedAtMs: atMs - 40,
        ...more,
      }),
    );
  const dropped = (atMs: number, count: number) =>
    api.history.count({ appId: app.id, subscriptionId: ticks.id, publication: 'crm', atMs, count });
  return { ticks, attempt, dropped };
}

describe('the flow', () => {
  it('shows what there is, with its states', async () => {
    const authorization = await authorized();
    await subscribe('changes');
    await api.stores.authorizations.update({
      ...authorization,
      status: 'dead',
      reason: { id: 'revoked', message: 'the grant was revoked', atMs: 0 },
    });
    await generate('ticks');
    await call('PATCH', '/subscriptions/ticks', { paused: true });
    await publishTo('hook', { source: 'changes', filter: KEEP_WON });
    await call('PATCH', '/publications/hook', { paused: true });
    const shown = await flow();
    expect(shown.app).toEqual({ id: app.id, name: 'shop' });
    expect(shown.subscriptions).toMatchObject([
      {
        name: 'changes',
        platform: 'salesforce',
        topic: '/data/OpportunityChangeEvent',
        paused: false,
        authorization: { alias: 'my-org', status: 'dead', reason: 'the grant was revoked' },
        feed: { state: expect.any(String), gaps: 0 },
        minutes: [],
      },
      { name: 'ticks', platform: 'generate', paused: true },
    ]);
    expect(shown.streams).toMatchObject([
      {
        source: { name: 'changes' },
        target: { name: 'hook' },
        filter: KEEP_WON,
        ordered: false,
        minutes: [],
      },
    ]);
    expect(shown.publications).toMatchObject([
      { name: 'hook', platform: 'webhook', state: 'paused', minutes: [], direct: [] },
    ]);
    expect(shown.complete).toBe(true);
  });

  it('shows what became of events in each minute', async () => {
    const { attempt, dropped } = await linked();
    const [earlier, later] = [minuteAgo(10), minuteAgo(2)];
    for (const at of [0, 1, 2]) attempt('hook', earlier + at);
    attempt('crm', earlier, { queuedAtMs: earlier - 900 });
    dropped(earlier, 2);
    attempt('hook', later, { outcome: 'retry', status: 503 });
    attempt('hook', later, { outcome: 'delivered', attempt: 2 });
    api.history.record(
      aHistoryEntry({ appId: app.id, publication: 'crm', atMs: later, queuedAtMs: later - 5 }),
    );
    const nothing = { received: 0, delivered: 0, kept: 0, failed: 0, parked: 0, dropped: 0 };
    const shown = await flow();
    const at = textOf(earlier);
    expect(shown.streams.map((each: { minutes: unknown }) => each.minutes)).toEqual([
      [{ ...nothing, at, received: 3, delivered: 1, dropped: 2, lag_ms: 900 }],
      [
        { ...nothing, at, received: 3, delivered: 3, lag_ms: 40 },
        { ...nothing, at: textOf(later), received: 1, delivered: 1, failed: 1, lag_ms: 40 },
      ],
    ]);
    // Each event counts once, however many streams it goes to.
    expect(shown.subscriptions[0].minutes).toMatchObject([{ received: 3 }, { received: 1 }]);
    const crm = shown.publications.find((each: { name: string }) => each.name === 'crm');
    expect(crm.minutes).toEqual([
      { ...nothing, at, received: 1, delivered: 1, lag_ms: 900 },
      { ...nothing, at: textOf(later), received: 1, delivered: 1, lag_ms: 5 },
    ]);
    expect(crm.direct).toEqual([{ ...nothing, at: textOf(later), received: 1, delivered: 1, lag_ms: 5 }]);
  });

  it('shows events that wait to be pulled as kept, and does not count them as delivered', async () => {
    await call('POST', '/platforms/pull/publications', { name: 'inbox' });
    api.history.record(
      aHistoryEntry({
        appId: app.id,
        publication: 'inbox',
        atMs: minuteAgo(2),
        queuedAtMs: minuteAgo(2),
        outcome: 'kept',
        attempt: 0,
      }),
    );
    expect((await flow()).publications).toMatchObject([
      { name: 'inbox', minutes: [{ received: 1, kept: 1, delivered: 0 }] },
    ]);
  });

  it('forgets what is older than an hour, as time passes', async () => {
    const { attempt } = await linked();
    attempt('hook', minuteAgo(59));
    attempt('hook', minuteAgo(62));
    const received = async () => (await flow()).subscriptions[0].minutes.map(({ at }: { at: string }) => at);
    expect(await received()).toEqual([textOf(minuteAgo(59))]);
    api.clock.advance(2 * MINUTE_MS);
    expect(await received()).toEqual([]);
  });

  it('counts the deliveries that are not done, by publication', async () => {
    await linked();
    const publications = (await flow()).publications;
    const [crm, hook] = ['crm', 'hook'].map((name) =>
      publications.find((each: { name: string }) => each.name === name),
    );
    for (const [publicationId, status] of [
      [hook.id, 'parked'],
      [hook.id, 'parked'],
      [hook.id, 'waiting'],
      [crm.id, 'rejected'],
      [crm.id, 'delivered'],
    ]) {
      await api.stores.deliveries.create(aDelivery({ appId: app.id, publicationId, status }), '{}');
    }
    const none = { waiting: 0, available: 0, parked: 0, rejected: 0, exhausted: 0 };
    expect((await flow()).publications).toMatchObject([
      { name: 'crm', deliveries: { ...none, rejected: 1 } },
      { name: 'hook', deliveries: { ...none, parked: 2, waiting: 1 } },
    ]);
  });

  it('is of the app alone', async () => {
    const { attempt } = await linked();
    attempt('hook', minuteAgo(1));
    const other = await newApp('other');
    const answer = await api.call('GET', `/v1/tenants/${other.id}/flow`, { token: other.token });
    expect(answer.body).toMatchObject({ subscriptions: [], streams: [], publications: [] });
    expect((await api.call('GET', `/v1/tenants/${app.id}/flow`, { token: other.token })).status).toBe(403);
  });

  it('is sent only when it changed', async () => {
    const { attempt } = await linked();
    attempt('hook', minuteAgo(1));
    const first = await call('GET', '/flow');
    const again = () =>
      call('GET', '/flow', undefined, { headers: { 'if-none-match': first.headers['etag'] ?? '' } });
    api.clock.advance(5_000);
    expect((await again()).status).toBe(304);
    attempt('hook', api.clock.now() - 1);
    api.clock.advance(5_000);
    expect((await again()).status).toBe(200);
  });
});

describe('on AWS, where each look costs, the flow', () => {
  let looks: string[];

  beforeEach(async () => {
    looks = [];
    const count = <T extends object>(store: T, ...names: (keyof T & string)[]) =>
      overridden(
        store,
        Object.fromEntries(
          names.map((name) => [
            name,
            (...args: unknown[]) => {
              looks.push(name);
              return Reflect.apply(store[name] as (...args: unknown[]) => unknown, store, args);
            },
          ]),
        ) as Partial<T>,
      );
    openApi({
      replaced: ({ history, clock, ...stores }) => ({
        flow: new FlowReader(
          {
            stores: {
              ...stores,
              publications: count(stores.publications, 'list'),
              deliveries: count(stores.deliveries, 'countByPublication'),
            },
            history: count(history, 'rates'),
            clock,
          },
          FLOW_PACE,
        ),
      }),
    });
    await openApp('shop');
  });

  const taken = () => looks.splice(0).filter((name, index, all) => all.indexOf(name) === index);

  it('is looked up in parts, each as often as it may be', async () => {
    await linked();
    await flow();
    expect(taken()).toEqual(['rates', 'list', 'countByPublication']);
    api.clock.advance(FLOW_PACE.setupMs - 1);
    await flow();
    expect(taken()).toEqual([]);
    api.clock.advance(1);
    await flow();
    expect(taken()).toEqual(['rates', 'list']);
    for (let passed = 0; passed < FLOW_PACE.countsMs; passed += FLOW_PACE.setupMs) {
      api.clock.advance(FLOW_PACE.setupMs);
      await flow();
    }
    expect(taken()).toContain('countByPublication');
  });

  it('is shared by those who ask at the same time', async () => {
    await linked();
    await Promise.all([flow(), flow(), flow()]);
    expect(looks.filter((name) => name === 'rates')).toHaveLength(1);
    expect(looks.filter((name) => name === 'list')).toHaveLength(1);
  });

  it('shows at once what was changed here', async () => {
    await linked();
    await flow();
    await call('PATCH', '/publications/hook', { paused: true });
    const hook = (await flow()).publications.find((each: { name: string }) => each.name === 'hook');
    expect(hook.state).toBe('paused');
  });

  it('shows with a failure what it came to', async () => {
    const { attempt } = await linked();
    await flow();
    api.clock.advance(FLOW_PACE.ratesMs);
    await flow();
    taken();
    attempt('hook', api.clock.now() + 1, { outcome: 'retry' });
    api.clock.advance(FLOW_PACE.ratesMs);
    await flow();
    expect(taken()).toEqual(['rates', 'list', 'countByPublication']);
  });

  it('asks only for minutes that may still change, and loses none', async () => {
    const { attempt } = await linked();
    const spans: number[] = [];
    const { rates } = api.history;
    api.history.rates = (appId, span) => {
      spans.push(span.untilMs - span.fromMs);
      return rates.call(api.history, appId, span);
    };
    let expected = 0;
    for (let minute = 0; minute < 65; minute += 1) {
      attempt('hook', api.clock.now());
      expected += 1;
      // This line arrived late.
      if (minute > 0) attempt('hook', api.clock.now() - MINUTE_MS);
      if (minute > 0) expected += 1;
      await flow();
      api.clock.advance(MINUTE_MS);
    }
    expect(spans[0]).toBe(61 * MINUTE_MS);
    expect(Math.max(...spans.slice(1))).toBeLessThanOrEqual(4 * MINUTE_MS);
    const minutes: { received: number }[] = (await flow()).subscriptions[0].minutes;
    expect(minutes.slice(0, -1).every(({ received }) => received === 2)).toBe(true);
    expect(minutes.length).toBeGreaterThanOrEqual(59);
    expect(expected).toBe(129);
  });

  it('says when the logs could not be searched, keeps what it knew, and finds the rest later', async () => {
    const { attempt } = await linked();
    attempt('hook', api.clock.now());
    expect((await flow()).complete).toBe(true);
    const { rates } = api.history;
    api.history.rates = async () => ({ kind: 'busy' }) as never;
    api.clock.advance(FLOW_PACE.ratesMs);
    attempt('hook', api.clock.now());
    const busy = await flow();
    expect(busy.complete).toBe(false);
    expect(busy.subscriptions[0].minutes).toHaveLength(1);
    api.history.rates = rates;
    api.clock.advance(FLOW_PACE.ratesMs);
    const later = await flow();
    expect(later.complete).toBe(true);
    expect(later.subscriptions[0].minutes).toHaveLength(2);
  });
});
