import { beforeEach, describe, expect, it } from 'vitest';
import { parseDeliveryMessage } from '../../../src/domain/deliveries/delivery-message.ts';
import { parsePollMessage } from '../../../src/domain/feeds/poll-message.ts';
import { SUBSCRIPTIONS_PER_APP_MAX } from '../../../src/domain/subscriptions/subscription.ts';
import { restSubscription } from '../../../src/management/subscriptions/rest-subscription.ts';
import { RoutingTables } from '../../../src/pipeline/route/route.ts';
import { silentLog } from '../../../src/telemetry/logger.ts';
import { ApiUnderTest } from '../../../test/support/api-under-test.ts';
import { openConsole } from '../../../test/support/console-session.ts';
import { queueThat } from '../../../test/support/queue-that.ts';
import { aGenerator } from '../../../test/support/records.ts';
import {
  api,
  app,
  authorized,
  call,
  everyRouteIsAnswered,
  expectProblem,
  generate,
  NOTHING,
  openShop,
  owned,
  publishTo,
  subscribe,
  TOPIC,
} from '../../../test/support/shop.ts';
import { SUBSCRIPTION_ROUTES } from './subscriptions.ts';

beforeEach(openShop);
everyRouteIsAnswered(SUBSCRIPTION_ROUTES);

describe('webhook subscriptions', () => {
  const secret = 'a-long-enough-secret';

  it('have an inbound URL, and a secret that is stored encrypted and never shown', async () => {
    const created = await call('POST', '/platforms/webhook/subscriptions', {
      name: 'hooks',
      verify: 'github',
      secret,
    });
    expect(created.body).toMatchObject({
      platform: 'webhook',
      inbound_url: expect.stringMatching(/^https?:.*\/in\/[\w-]{22}$/),
      params: { verify: 'github', secret: 'set' },
      status: { state: 'active' },
    });
    expect((await call('GET', '/subscriptions/hooks')).body).toEqual(created.body);
    expect((await call('GET', '/subscriptions')).body).toEqual([created.body]);
    const stored = await api.stores.subscriptions.get(app.id, 'hooks');
    if (stored?.platform !== 'webhook') throw new Error('expected a webhook subscription');
    expect(JSON.stringify([stored, created.body])).not.toContain(secret);
    const context = { appId: app.id, resourceId: stored.id, secret: 'inboundSecret' };
    expect(await api.secrets.decrypt(stored.secret ?? '', context)).toBe(secret);
    // The address is not a login: it is neither listed nor revoked with those.
    const { body } = await call('GET', '/credentials');
    expect(body).toHaveLength(2);
    const { user } = (await api.stores.credentials.list(app.id)).find(({ use }) => use === 'inbound') ?? {
      user: '',
    };
    expectProblem(await call('DELETE', `/credentials/${user}`), 404, 'not-found');
    await call('DELETE', '/subscriptions/hooks');
    expect(await api.stores.credentials.find(user)).toBeUndefined();
  });

  it('are shown to a session of the console without their inbound URL, with which anybody may publish', async () => {
    const settings = { name: 'hooks', verify: 'none' };
    const created = await call('POST', '/platforms/webhook/subscriptions', settings);
    await call('POST', '/platforms/pull/publications', { name: 'inbox', source: 'hooks' });
    const address = new URL(created.body.inbound_url).pathname;
    expect(JSON.stringify((await call('GET', '/publications/inbox')).body)).toContain(address);
    const headers = { 'x-sluice-console': '1', cookie: await openConsole(api, app.token) };
    const asSession = (method: string, path: string, body?: object, more: Record<string, string> = {}) =>
      api.call(method, `/v1/tenants/${app.id}${path}`, {
        token: null,
        headers: { ...headers, ...more },
        body,
      });
    for (const path of ['/subscriptions', '/subscriptions/hooks', '/publications', '/publications/inbox']) {
      const { status, body } = await asSession('GET', path);
      expect([path, status]).toEqual([path, 200]);
      expect(JSON.stringify(body)).toContain('hooks');
      expect(JSON.stringify(body)).not.toMatch(/inbound_url|\/in\//);
    }
    // The tag that a session got holds for its own change.
    const shown = await asSession('GET', '/subscriptions/hooks');
    const changed = await asSession(
      'PATCH',
      '/subscriptions/hooks',
      { paused: true },
      { 'if-match': shown.headers['etag'] ?? '' },
    );
    expect(changed).toMatchObject({ status: 200, body: { name: 'hooks', paused: true } });
    expect(changed.body).not.toHaveProperty('inbound_url');
    const made = await asSession('POST', '/platforms/webhook/subscriptions', { ...settings, name: 'more' });
    expect(made.status).toBe(201);
    expect(made.body).not.toHaveProperty('inbound_url');
    // With the key of a request that a token sent, a session does not get the answer to that one.
    const key = { 'idempotency-key': '01' };
    const keyed = { body: { ...settings, name: 'keyed' }, headers: key, token: app.token };
    const path = `/v1/tenants/${app.id}/platforms/webhook/subscriptions`;
    expect((await api.call('POST', path, keyed)).body).toHaveProperty('inbound_url');
    expectProblem(
      await asSession('POST', '/platforms/webhook/subscriptions', keyed.body, key),
      409,
      'name-taken',
    );
  });

  it('get another URL, and the one before works until the grace ends', async () => {
    const created = await call('POST', '/platforms/webhook/subscriptions', { name: 'hooks', verify: 'none' });
    const rotated = await call('POST', '/subscriptions/hooks/address', { grace: '1h' });
    expect(rotated.body.inbound_url).not.toBe(created.body.inbound_url);
    expect(rotated.body.params).toMatchObject({ former_url_until: '2026-01-01T01:00:00.000Z' });
    const addresses = async () =>
      (await api.stores.credentials.list(app.id)).filter(({ use }) => use === 'inbound');
    expect(await addresses()).toHaveLength(2);
    const ended = await call('POST', '/subscriptions/hooks/address', { grace: '0s' });
    expect(ended.body.params).not.toHaveProperty('former_url_until');
    expect(await addresses()).toHaveLength(1);
    expectProblem(
      await call('POST', '/subscriptions/hooks/address', { grace: '8d' }),
      422,
      'unprocessable',
      /7d/,
    );
    expectProblem(await call('POST', '/subscriptions/nope/address'), 404, 'not-found');
    await generate('ticks');
    expectProblem(await call('POST', '/subscriptions/ticks/address'), 422, 'unprocessable', /generate/);
  });

  it('take another secret and other mappings, and keep the former secret for a day', async () => {
    await call('POST', '/platforms/webhook/subscriptions', { name: 'hooks', verify: 'token', secret });
    const { body } = await call('PATCH', '/subscriptions/hooks', {
      secret: 'another-long-secret',
      event_type: 'this.kind',
    });
    expect(body.params).toMatchObject({
      event_type: 'this.kind',
      former_secret_until: '2026-01-02T00:00:00.000Z',
    });
    expect(
      (await call('PATCH', '/subscriptions/hooks', { event_type: null })).body.params,
    ).not.toHaveProperty('event_type');
    expectProblem(
      await call('PATCH', '/subscriptions/hooks', { event_id: '(' }),
      422,
      'invalid-mapping',
      /event_id/,
    );
    expectProblem(await call('PATCH', '/subscriptions/hooks', { interval: '1m' }), 422, 'unprocessable');
  });
});

describe('salesforce subscriptions', () => {
  beforeEach(async () => {
    await authorized();
  });

  it('take the pilot’s field names and answer with both', async () => {
    const created = await subscribe('changes', {
      topic: undefined,
      alias: undefined,
      event: TOPIC,
      org_name: 'my-org',
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      name: 'changes',
      platform: 'salesforce',
      params: {
        topic: TOPIC,
        event: TOPIC,
        alias: 'my-org',
        org_name: 'my-org',
        replay: 'latest',
        on_invalid_cursor: 'earliest',
        format: 'json',
        repair: false,
      },
      paused: false,
      status: { state: 'starting' },
      targets: [],
    });
    expect((await call('GET', '/subscriptions/changes')).body).toMatchObject(created.body);
    expect((await call('GET', `/subscriptions/${created.body.id}`)).body).toMatchObject(created.body);
    expect((await call('GET', '/subscriptions')).body).toEqual([created.body]);
  });

  it('make the feed and wake a worker for it at once', async () => {
    await subscribe('changes', { replay: 'earliest', on_invalid_cursor: 'stop' });
    const [feed] = (await owned()).feeds;
    expect(feed).toMatchObject({
      topic: TOPIC,
      replay: 'earliest',
      onInvalidCursor: 'stop',
      state: 'starting',
    });
    expect(api.pollQueue.messages.map((body) => parsePollMessage(body).feedIds)).toEqual([[feed?.id]]);
  });

  it('are made all the same when nobody can be woken: the schedule finds the feed', async () => {
    const { stores } = api;
    const broken = new ApiUnderTest({
      replaced: () => ({
        ...stores,
        pollQueue: {
          wake: async () => {
            throw new Error('the queue is away');
          },
        },
      }),
    });
    const answer = await broken.call('POST', `/v1/tenants/${app.id}/platforms/salesforce/subscriptions`, {
      token: app.token,
      body: { name: 'changes', topic: TOPIC, alias: 'my-org' },
    });
    expect(answer.status).toBe(201);
    expect((await stores.feeds.listUnattended(api.clock.now(), 10)).map(({ feed }) => feed.topic)).toEqual([
      TOPIC,
    ]);
  });

  it('share a feed, which goes with the last of them', async () => {
    await subscribe('one');
    await subscribe('two');
    expect((await owned()).feeds).toHaveLength(1);
    expect((await call('DELETE', '/subscriptions/one')).body.name).toBe('one');
    expect((await owned()).feeds).toHaveLength(1);
    await call('DELETE', '/subscriptions/two');
    expect(await owned()).toEqual(NOTHING);
    expectProblem(await call('DELETE', '/subscriptions/two'), 404, 'not-found');
  });

  it('rest on a feed of their own beside others, and on the shared one when they are the last', async () => {
    const states = async () => (await owned()).feeds.map(({ state }) => state).toSorted();
    await subscribe('one');
    await subscribe('two');
    expect((await call('PATCH', '/subscriptions/one', { paused: true })).body).toMatchObject({
      paused: true,
      status: { state: 'paused' },
    });
    expect(await states()).toEqual(['paused', 'starting']);
    await call('PATCH', '/subscriptions/two', { paused: true });
    expect(await states()).toEqual(['paused', 'paused']);
    api.pollQueue.messages.length = 0;
    expect((await call('PATCH', '/subscriptions/two', { paused: false })).body.status.state).toBe('starting');
    expect(await states()).toEqual(['paused', 'starting']);
    expect(api.pollQueue.messages).toHaveLength(1);
  });

  it('that rests because of a slow filter says so, loses nothing, and goes on when it is resumed', async () => {
    await authorized();
    const { id } = (await subscribe('slow')).body;
    await subscribe('beside');
    const [shared] = (await owned()).feeds;
    const reason = { id: 'slow-filter', message: 'the filter took too long' };
    const ports = { ...api.stores, pollQueue: api.pollQueue, clock: api.clock, log: silentLog };
    await restSubscription(ports, app.id, id, reason);
    const { body } = await call('GET', '/subscriptions/slow');
    expect(body).toMatchObject({ paused: true, status: { state: 'paused', reason } });
    // The feed that both read continues; the paused subscription has its own position on another feed.
    const { feeds, subscriptions } = await owned();
    expect(feeds.map(({ state }) => state).toSorted()).toEqual(['paused', 'starting']);
    const readers = subscriptions.filter((each) => each.platform === 'salesforce');
    expect(readers.filter(({ feedId }) => feedId === shared?.id).map(({ name }) => name)).toEqual(['beside']);
    const resumed = await call('PATCH', '/subscriptions/slow', { paused: false });
    expect(resumed.body.paused).toBe(false);
    expect(resumed.body.status.reason).toBeUndefined();
  });

  it('that rests alone has its feed rest with it', async () => {
    await authorized();
    const { id } = (await subscribe('alone')).body;
    const ports = { ...api.stores, pollQueue: api.pollQueue, clock: api.clock, log: silentLog };
    await restSubscription(ports, app.id, id, { id: 'slow-filter', message: 'too slow' });
    expect((await owned()).feeds).toMatchObject([{ state: 'paused' }]);
  });

  it('set a stopped feed going again when they are resumed, and change its policy', async () => {
    await subscribe('changes');
    const [feed] = (await owned()).feeds;
    const reason = { id: 'cursor-invalid', message: 'the cursor is too old', atMs: api.clock.now() };
    await api.stores.feeds.setState(feed?.id ?? '', { state: 'stopped', reason, cursor: 'AAAA' });
    expect((await call('GET', '/subscriptions/changes')).body.status).toMatchObject({
      state: 'stopped',
      reason: { id: 'cursor-invalid', message: 'the cursor is too old' },
    });
    const changed = await call('PATCH', '/subscriptions/changes', {
      on_invalid_cursor: 'latest',
      paused: false,
    });
    expect(changed.body).toMatchObject({
      params: { on_invalid_cursor: 'latest' },
      status: { state: 'active' },
    });
    expect((await owned()).feeds[0]).toMatchObject({
      onInvalidCursor: 'latest',
      state: 'active',
      cursor: 'AAAA',
    });
  });

  it.each([
    ['/data/NothingChangeEvent', 422, 'unknown-topic'],
    ['OpportunityChangeEvent', 422, 'unknown-topic'],
    ['/data/../x', 422, 'unknown-topic'],
    ['/event/Hidden__e', 422, 'topic-not-permitted'],
    ['/event/Far_Away__e', 502, 'salesforce-unreachable'],
  ])('refuse the topic %s', async (topic, status, id) => {
    expectProblem(await subscribe('changes', { topic }), status, id);
    expect(await owned()).toEqual(NOTHING);
    expect(api.pollQueue.messages).toEqual([]);
  });

  it('need an authorization that is there and active', async () => {
    expectProblem(await subscribe('changes', { alias: 'none' }), 404, 'not-found', /authorization/);
    await authorized('new-org', { status: 'pending' });
    expectProblem(
      await subscribe('changes', { alias: 'new-org' }),
      409,
      'authorization-not-active',
      /pending/,
    );
    const reason = { id: 'refresh-token-expired', message: 'the grant ended: authorize again', atMs: 0 };
    await authorized('old-org', { status: 'dead', reason });
    expectProblem(
      await subscribe('changes', { alias: 'old-org' }),
      409,
      'authorization-not-active',
      /the grant ended/,
    );
    expect(await owned()).toEqual(NOTHING);
  });

  it('take no generator fields in a change, and no empty change', async () => {
    await subscribe('changes');
    expectProblem(
      await call('PATCH', '/subscriptions/changes', { interval: '1m' }),
      422,
      'unprocessable',
      /generator/,
    );
    expectProblem(await call('PATCH', '/subscriptions/changes', {}), 400, 'invalid-request', /at least one/);
    expectProblem(await call('PATCH', '/subscriptions/none', { paused: true }), 404, 'not-found');
  });
});

describe('subscriptions to operational events', () => {
  const create = (name: string, more: object = {}) =>
    call('POST', '/platforms/sluice/subscriptions', { name, ...more });

  it('are made, linked, changed, paused and removed like any other', async () => {
    await publishTo('pager');
    const types = ['com.sluice.feed.gap', 'com.sluice.publication.disabled'];
    const created = await create('incidents', { types, target: 'pager', filter: 'root = this' });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      name: 'incidents',
      platform: 'sluice',
      params: { types },
      status: { state: 'active' },
      targets: [{ name: 'pager', filter: 'root = this' }],
    });
    const patch = async (change: object) => (await call('PATCH', '/subscriptions/incidents', change)).body;
    expect((await patch({ types: ['com.sluice.feed.gap'] })).params).toEqual({
      types: ['com.sluice.feed.gap'],
    });
    expect((await patch({ paused: true })).status).toEqual({ state: 'paused' });
    expect((await patch({ types: null, paused: false })).params).toEqual({});
    expect((await call('DELETE', '/subscriptions/incidents')).status).toBe(200);
    expect((await owned()).subscriptions).toEqual([]);
  });

  it.each([
    [
      { types: ['com.sluice.nothing'] },
      /types of operational events \(com\.sluice\..*found "com\.sluice\.nothing"/,
    ],
    [{ types: [] }, /"types" to have at least 1 items, found 0/],
    [{ types: 'com.sluice.feed.gap' }, /types/],
  ])('are refused with %j', async (more, said) => {
    expectProblem(await create('incidents', more), 400, 'invalid-request', said);
    expect(await owned()).toEqual(NOTHING);
  });

  it('are the only ones with types', async () => {
    await generate('ticks');
    expectProblem(
      await call('PATCH', '/subscriptions/ticks', { types: null }),
      422,
      'unprocessable',
      /subscription to operational events only, found a generator/,
    );
  });
});

describe('generators', () => {
  it('are subscriptions like any other', async () => {
    const created = await generate('my-generator');
    expect(created.body).toMatchObject({
      platform: 'generate',
      params: { interval: '1m', mapping: 'root.timestamp = timestamp_unix()' },
      status: { state: 'active' },
    });
    expect((await call('GET', '/subscriptions')).body).toEqual([created.body]);
  });

  it('make the events of their first minute at once, and leave the rest to the schedule', async () => {
    await publishTo('hook');
    await generate('g', { interval: '25s', target: 'hook' });
    const messages = api.queue.messages.map(({ body, delaySeconds }) => ({
      delaySeconds,
      ...parseDeliveryMessage(body),
    }));
    expect(messages).toMatchObject([
      { delaySeconds: 0, kind: 'first', publicationName: 'hook' },
      { delaySeconds: 25, kind: 'first' },
      { delaySeconds: 50, kind: 'first' },
    ]);
    expect(await api.stores.subscriptions.listGeneratorsDue(api.clock.now() + 74_999, 10)).toEqual([]);
    expect(await api.stores.subscriptions.listGeneratorsDue(api.clock.now() + 75_000, 10)).toHaveLength(1);
  });

  it('are made all the same when their first events cannot be queued: the schedule makes them', async () => {
    await publishTo('hook');
    const { stores } = api;
    const broken = new ApiUnderTest({
      replaced: () => ({
        ...stores,
        routing: new RoutingTables(stores.streams, api.clock),
        queue: queueThat(() => Promise.reject(new Error('the queue is away'))),
      }),
    });
    const answer = await broken.call('POST', `/v1/tenants/${app.id}/platforms/generate/subscriptions`, {
      token: app.token,
      body: { name: 'g', interval: '1m', mapping: 'root.n = 1', target: 'hook' },
    });
    expect(answer.status).toBe(201);
    expect(await stores.subscriptions.listGeneratorsDue(api.clock.now(), 10)).toHaveLength(1);
  });

  it('take the explicit null that the stock plugin sends for an omitted filter', async () => {
    expect((await generate('my-generator', { filter: null })).status).toBe(201);
  });

  it.each(['', '1', '999ms', '0s', '1x', 'every minute', '32d', '-1m', `${'9'.repeat(400)}d`])(
    'refuse the interval %j',
    async (interval) => {
      expectProblem(await generate('g', { interval }), 422, 'invalid-interval', /expected an interval/);
      expect(await owned()).toEqual(NOTHING);
    },
  );

  it.each(['1s', '1m', '1h30m', '31d'])('take the interval %s', async (interval) => {
    expect((await generate('g', { interval })).status).toBe(201);
  });

  it('take a cron expression with its time zone, and run for the first time when it comes', async () => {
    await publishTo('hook');
    const made = await generate('g', {
      interval: '0 8 * * MON-FRI',
      time_zone: 'Europe/Berlin',
      target: 'hook',
    });
    expect(made.body.params.interval).toBe('TZ=Europe/Berlin 0 8 * * MON-FRI');
    expect(api.queue.messages).toEqual([]);
    const moved = await call('PATCH', '/subscriptions/g', { interval: '@hourly' });
    expect(moved.body.params.interval).toBe('@hourly');
  });

  it.each([
    [{ interval: '1m', time_zone: 'Europe/Berlin' }, /a time zone beside a cron expression only/],
    [{ interval: '0 8 * * *', time_zone: 'Berlin' }, /a time zone of the tz database .* found "Berlin"/],
    [{ interval: '0 0 30 2 *' }, /which never does/],
  ])('refuse %j', async (settings, message) => {
    expectProblem(await generate('g', settings), 422, 'invalid-interval', message);
    expect(await owned()).toEqual(NOTHING);
  });

  it('refuse a time zone without its cron expression', async () => {
    await generate('g', { interval: '0 8 * * *' });
    const moved = await call('PATCH', '/subscriptions/g', { time_zone: 'Europe/Berlin' });
    expectProblem(moved, 422, 'invalid-interval', /give the expression as well/);
  });

  it('refuse a mapping that does not compile, and say where', async () => {
    expectProblem(await generate('g', { mapping: 'root = = 1' }), 422, 'invalid-mapping', /\b1\b/);
    expect(await owned()).toEqual(NOTHING);
  });

  it('refuse a mapping that always reaches a limit, and say which', async () => {
    const refused = await generate('g', { mapping: 'root = range(0, 400000)' });
    expectProblem(refused, 422, 'invalid-mapping', /reaches one: .*limit outputBytes/);
    expect(await owned()).toEqual(NOTHING);
  });

  it('rest while paused, and run at once when resumed or when the interval changes', async () => {
    await publishTo('hook');
    await generate('g', { target: 'hook' });
    const due = async () =>
      (await api.stores.subscriptions.listGeneratorsDue(Number.MAX_SAFE_INTEGER, 10)).length;
    const made = () => api.queue.messages.splice(0).length;
    expect(made()).toBe(1);
    expect((await call('PATCH', '/subscriptions/g', { paused: true })).body.status.state).toBe('paused');
    expect(await due()).toBe(0);
    api.clock.advance(300_000);
    await call('PATCH', '/subscriptions/g', { paused: false });
    expect({ made: made(), due: await due() }).toEqual({ made: 1, due: 1 });
    await call('PATCH', '/subscriptions/g', { paused: false });
    await call('PATCH', '/subscriptions/g', { mapping: 'root.n = 3' });
    expect(made()).toBe(0);
    const changed = await call('PATCH', '/subscriptions/g', { interval: '30s', mapping: 'root.n = 2' });
    expect(changed.body.params).toEqual({ interval: '30s', mapping: 'root.n = 2' });
    expect(made()).toBe(2);
    expectProblem(await call('PATCH', '/subscriptions/g', { interval: 'soon' }), 422, 'invalid-interval');
    expectProblem(await call('PATCH', '/subscriptions/g', { mapping: 'root = (' }), 422, 'invalid-mapping');
    expectProblem(
      await call('PATCH', '/subscriptions/g', { on_invalid_cursor: 'stop' }),
      422,
      'unprocessable',
    );
  });

  it('refuse a name that another subscription has', async () => {
    await generate('g');
    expectProblem(await generate('g'), 409, 'name-taken');
  });

  it(`are, with the other subscriptions, at most ${SUBSCRIPTIONS_PER_APP_MAX} an app`, async () => {
    for (let made = 0; made < SUBSCRIPTIONS_PER_APP_MAX - 1; made += 1) {
      await api.stores.subscriptions.create(aGenerator({ appId: app.id, name: `g${made}` }));
    }
    expect((await generate('last')).status).toBe(201);
    expectProblem(await generate('one-more'), 409, 'limit-reached');
  });
});

describe('rewinding a subscription', () => {
  const rewind = (name: string, body: unknown) => call('POST', `/subscriptions/${name}/rewind`, body);
  const feed = async () => (await owned()).feeds[0];

  it('takes a time, a replay id or an end of the topic, and wakes a worker', async () => {
    await authorized();
    await subscribe('changes');
    const past = new Date(api.clock.now() - 3_600_000);
    expect((await rewind('changes', { to: past.toISOString() })).body).toMatchObject({
      name: 'changes',
      status: { state: 'starting' },
      start: {
        from: 'earliest',
        message: expect.stringMatching(/earliest event .* before the feed's history.* with the same ids$/),
      },
    });
    expect(await feed()).toMatchObject({ replay: 'earliest' });
    const woken = api.pollQueue.messages.length;
    await rewind('changes', { replay_id: 'AAAAAAAQ20wAAA==' });
    expect(await feed()).toMatchObject({ state: 'active', cursor: 'AAAAAAAQ20wAAA==' });
    expect(api.pollQueue.messages.length).toBe(woken + 1);
    await rewind('changes', { to: 'latest' });
    expect(await feed()).toMatchObject({ state: 'starting', replay: 'latest' });
    expect((await feed())?.cursor).toBeUndefined();
  });

  it('to a time starts at the last position before it', async () => {
    await authorized();
    await subscribe('changes');
    const { id = '', createdAtMs = 0 } = (await feed()) ?? {};
    for (const [cursor, atMs] of [
      ['AAAAAAAAAAEAAA==', createdAtMs + 1_000],
      ['AAAAAAAAAAIAAA==', createdAtMs + 2_000],
    ] as const) {
      await api.stores.feedPositions.put({ feedId: id, cursor, atMs });
    }
    api.clock.advance(60_000);
    const to = (ms: number) => rewind('changes', { to: new Date(createdAtMs + ms).toISOString() });
    expect((await to(1_999)).body).toMatchObject({
      start: {
        from: 'position',
        position_at: new Date(createdAtMs + 1_000).toISOString(),
        message: expect.stringContaining('comes again, with the same ids'),
      },
    });
    expect(await feed()).toMatchObject({ state: 'active', cursor: 'AAAAAAAAAAEAAA==' });
    await to(2_000);
    expect(await feed()).toMatchObject({ cursor: 'AAAAAAAAAAIAAA==' });
    expect((await to(999)).body).toMatchObject({ start: { from: 'earliest' } });
    expect((await feed())?.cursor).toBeUndefined();
  });

  it('to a time that Salesforce has no events of any more says so', async () => {
    await authorized();
    await subscribe('changes');
    const { id = '', createdAtMs = 0 } = (await feed()) ?? {};
    await api.stores.feedPositions.put({ feedId: id, cursor: 'AAAAAAAAAAEAAA==', atMs: createdAtMs });
    api.clock.advance(72 * 3_600_000);
    expect((await rewind('changes', { to: new Date(createdAtMs).toISOString() })).body).toMatchObject({
      start: { from: 'earliest', message: expect.stringContaining('keeps events for 72 hours') },
    });
  });

  it('takes no position of a feed of before under the same id', async () => {
    await authorized();
    await subscribe('changes');
    const { id = '', createdAtMs = 0 } = (await feed()) ?? {};
    await api.stores.feedPositions.put({ feedId: id, cursor: 'AAAAAAAAAAEAAA==', atMs: createdAtMs - 1 });
    expect((await rewind('changes', { to: new Date(createdAtMs).toISOString() })).body).toMatchObject({
      start: { from: 'earliest' },
    });
  });

  it('forgets since when the feed has waited for what is new', async () => {
    await authorized();
    await subscribe('changes');
    const { id = '' } = (await feed()) ?? {};
    await api.stores.feeds.setState(id, { state: 'starting', latestSinceMs: 5 });
    await rewind('changes', { to: 'latest' });
    expect((await feed())?.latestSinceMs).toBeUndefined();
  });

  it('takes a replay id as long as Salesforce gives them, or as the feed has one', async () => {
    await authorized();
    await subscribe('changes');
    expect((await rewind('changes', { replay_id: 'AAAAAAAQ20w=' })).status).toBe(200);
    const { id = '' } = (await feed()) ?? {};
    await api.stores.feeds.setState(id, { state: 'active', cursor: Buffer.alloc(16, 1).toString('base64') });
    const replay_id = Buffer.alloc(16, 2).toString('base64');
    expect((await rewind('changes', { replay_id })).status).toBe(200);
  });

  it('leaves a paused one paused, at its new place', async () => {
    await authorized();
    await subscribe('changes');
    await call('PATCH', '/subscriptions/changes', { paused: true });
    await rewind('changes', { replay_id: 'AAAAAAAQ20wAAA==' });
    expect(await feed()).toMatchObject({ state: 'paused', cursor: 'AAAAAAAQ20wAAA==' });
    await call('PATCH', '/subscriptions/changes', { paused: false });
    expect(await feed()).toMatchObject({ state: 'active', cursor: 'AAAAAAAQ20wAAA==' });
  });

  it('asks for the word "shared" when others read the topic, and names them', async () => {
    await authorized();
    await subscribe('changes');
    await subscribe('audit');
    const before = await feed();
    expectProblem(await rewind('changes', { to: 'earliest' }), 409, 'in-use', /found audit:/);
    expect(await feed()).toEqual(before);
    expect((await rewind('changes', { to: 'earliest', shared: true })).status).toBe(200);
  });

  it.each([
    [{}, /either "to" or "replay_id"/],
    [{ to: 'latest', replay_id: 'AAAAAAAQ20wAAA==' }, /either "to" or "replay_id"/],
    [{ to: 'yesterday' }, /expected "to" to be/],
    [{ to: '2026-11-23T20:00:00' }, /expected "to" to be/],
    [{ to: '2026-13-40T20:00:00Z' }, /expected "to" to be/],
    [{ to: '2026-09-31T00:00:00Z' }, /expected "to" to be/],
    [{ to: '2026-02-31T00:00:00Z' }, /expected "to" to be/],
    [{ to: '2026-09-30T24:00:00Z' }, /expected "to" to be/],
    [{ to: '2026-09-30T00:00:00+24:00' }, /expected "to" to be/],
  ])('refuses %j', async (body, message) => {
    await authorized();
    await subscribe('changes');
    const before = await feed();
    expectProblem(await rewind('changes', body), 400, 'invalid-request', message);
    expect(await feed()).toEqual(before);
  });

  it.each([
    [{ to: '2999-01-01T00:00:00Z' }, /a time in the past/],
    [{ replay_id: '12345!' }, /a replay id in base64/],
    [{ replay_id: 'AAAAAAAQ20wAAA' }, /a replay id in base64/],
    [{ replay_id: 'AAAA AAAQ20wAAA==' }, /a replay id in base64/],
    [{ replay_id: '' }, /a replay id in base64/],
    [{ replay_id: 'AAAA' }, /a replay id in base64.* \(8 or 10 bytes\), found 3 bytes/],
  ])('cannot follow %j', async (body, message) => {
    await authorized();
    await subscribe('changes');
    const before = await feed();
    expectProblem(await rewind('changes', body), 422, 'unprocessable', message);
    expect(await feed()).toEqual(before);
  });

  it('refuses what has no past, and what is not there', async () => {
    await generate('clock');
    expectProblem(await rewind('clock', { to: 'earliest' }), 422, 'unprocessable', /generator/);
    expectProblem(await rewind('nobody', { to: 'earliest' }), 404, 'not-found');
  });
});

describe('repair of gap events', () => {
  it('is off unless asked for, and can be turned on and off', async () => {
    await authorized();
    expect((await subscribe('plain')).body.params.repair).toBe(false);
    expect((await subscribe('repairing', { repair: true })).body.params.repair).toBe(true);
    const patched = await call('PATCH', '/subscriptions/plain', { repair: true });
    expect(patched.body.params.repair).toBe(true);
    await call('PATCH', '/subscriptions/repairing', { repair: false });
    expect((await call('GET', '/subscriptions/repairing')).body.params.repair).toBe(false);
    await generate('clock');
    const refused = await call('PATCH', '/subscriptions/clock', { repair: true });
    expectProblem(refused, 422, 'unprocessable', /repair for a salesforce subscription only/);
  });
});
