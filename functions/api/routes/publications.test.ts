import { beforeEach, describe, expect, it } from 'vitest';
import { ListedTargets } from '../../../src/adapters/allowed-targets.ts';
import { parseDeliveryMessage } from '../../../src/domain/deliveries/delivery-message.ts';
import { closedBreaker, withOpenBreaker } from '../../../src/domain/publications/breaker-rules.ts';
import { DRAIN_RATE } from '../../../src/domain/publications/publication.ts';
import { continueDrains } from '../../../src/pipeline/deliver/parked-deliveries.ts';
import { aDelivery } from '../../../test/support/records.ts';
import {
  api,
  app,
  authorized,
  call,
  EVENT,
  everyRouteIsAnswered,
  expectProblem,
  generate,
  NOTHING,
  openApi,
  openApp,
  openShop,
  owned,
  publishTo,
  TOPIC,
} from '../../../test/support/shop.ts';
import { PUBLICATION_ROUTES } from './publications.ts';

beforeEach(openShop);
everyRouteIsAnswered(PUBLICATION_ROUTES);

describe('publications', () => {
  it('to a webhook are made with a signing secret that is shown once and stored encrypted', async () => {
    const created = await publishTo('hook', { token: 'receiver-token' });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      platform: 'webhook',
      params: { url: 'https://example.com/hooks', content_mode: 'structured', timeout_seconds: 15 },
      state: 'active',
      sources: [],
    });
    expect(created.body.signing_secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const stored = await api.stores.publications.get(app.id, 'hook');
    if (stored?.platform !== 'webhook') throw new Error('expected a webhook');
    const context = { appId: app.id, resourceId: stored.id };
    expect(
      await api.secrets.decrypt(stored.secrets.signingSecret, { ...context, secret: 'signingSecret' }),
    ).toBe(created.body.signing_secret);
    expect(await api.secrets.decrypt(stored.secrets.token ?? '', { ...context, secret: 'token' })).toBe(
      'receiver-token',
    );
    const shown = await call('GET', '/publications/hook');
    expect(shown.text).not.toMatch(/whsec_|receiver-token|sealed/);
    expect((await call('GET', '/publications')).body).toEqual([shown.body]);
  });

  it('to be pulled have bounds, which can be changed, and show what waits', async () => {
    const created = await call('POST', '/platforms/pull/publications', { name: 'toPull', max_age: '90m' });
    expect(created.body).toMatchObject({
      platform: 'pull',
      params: { visibility_seconds: 30, max_count: 10_000, max_age: '90m' },
    });
    const changed = await call('PATCH', '/publications/toPull', { max_count: 5, max_age: '48h' });
    expect(changed.body.params).toEqual({ visibility_seconds: 30, max_count: 5, max_age: '2d' });
    const kept = { appId: app.id, publicationId: created.body.id, status: 'available' } as const;
    await api.stores.deliveries.create(aDelivery({ ...kept, id: 'one', createdAtMs: 0 }), '{}');
    await api.stores.deliveries.create(aDelivery({ ...kept, id: 'two' }), '{}');
    const shown = await call('GET', '/publications/toPull');
    expect(shown.body.backlog).toEqual({ count: 2, oldest_at: '1970-01-01T00:00:00.000Z' });
    expect((await call('GET', '/publications')).body).toEqual([shown.body]);
    await call('DELETE', '/publications/toPull');
    const { body } = await call('GET', '/deliveries');
    expect(body.deliveries).toMatchObject([{ status: 'discarded' }, { status: 'discarded' }]);
  });

  it.each([
    [{ visibility_seconds: 0 }, 400],
    [{ visibility_seconds: 43_201 }, 400],
    [{ max_count: 100_001 }, 400],
    [{ max_age: '59s' }, 422],
    [{ max_age: '15d' }, 422],
    [{ max_age: 'long' }, 422],
    [{ retry: ['5s'] }, 422],
    [{ url: 'https://example.com' }, 400],
  ])('to be pulled are refused with %j', async (settings, status) => {
    const refused = await call('POST', '/platforms/pull/publications', { name: 'toPull', ...settings });
    expect([refused.status, refused.body.message]).toEqual([status, expect.stringContaining('expected')]);
    expect(await owned()).toEqual(NOTHING);
  });

  it.each([
    ['http://example.com/', 'https'],
    ['ftp://example.com/', 'https'],
    ['https://user:pass@example.com/', 'without user and password'],
    ['https://10.0.0.1/', 'public address'],
    ['https://169.254.169.254/latest/meta-data', 'public address'],
    ['https://[::1]/', 'loopback'],
    ['https://[::ffff:10.0.0.1]/', 'public address'],
    ['https://2130706433/', 'loopback'],
    ['http://localhost:3000/', 'loopback'],
    ['https://intranet/', 'public host name'],
    ['example.com/hooks', 'expected a URL'],
    ['', 'expected a URL'],
    [`https://example.com/${'x'.repeat(2_048)}`, 'at most 2048'],
  ])('refuse the URL %s', async (url, said) => {
    expectProblem(await publishTo('hook', { url }), 422, 'invalid-url', new RegExp(said));
    expect(await owned()).toEqual(NOTHING);
  });

  it('may go to loopback, in plain http, in a local run only', async () => {
    const { stores } = api;
    openApi({ allowLoopback: true, replaced: () => stores });
    expect((await publishTo('hook', { url: 'http://127.0.0.1:3000/' })).status).toBe(201);
    expectProblem(await publishTo('other', { url: 'http://example.com/' }), 422, 'invalid-url');
  });

  it.each([
    ['line breaks', 'a\r\nX-Evil: 1'],
    ['nothing', ''],
    ['more than a header holds', 'x'.repeat(2_001)],
    ['other letters', 'pässword'],
  ])('refuse a token of %s, without quoting it', async (_name, token) => {
    const answer = await publishTo('hook', { token });
    expectProblem(answer, 400, 'invalid-request', /expected a token/);
    if (token !== '') expect(answer.text).not.toContain(token.slice(-8));
  });

  it('get another signing secret, which is shown once (the rest is in webhook-settings.test.ts)', async () => {
    const created = await publishTo('hook');
    const rotated = await call('POST', '/publications/hook/secret', { grace: '1h' });
    expect(rotated.status).toBe(201);
    expect(rotated.body.signing_secret).toMatch(/^whsec_/);
    expect(rotated.body).toEqual({
      ...created.body,
      params: { ...created.body.params, former_secret_until: expect.any(String) },
      signing_secret: rotated.body.signing_secret,
    });
    expect(rotated.body.signing_secret).not.toBe(created.body.signing_secret);
  });

  it('to Salesforce need a platform event that the user may create', async () => {
    await authorized();
    const publish = (topic: string) =>
      call('POST', '/platforms/salesforce/publications', {
        name: 'orders',
        event: topic,
        org_name: 'my-org',
        filter: null,
      });
    expectProblem(await publish(TOPIC), 422, 'topic-not-permitted', /made by Salesforce/);
    expectProblem(await publish('/event/Read_Only__e'), 422, 'topic-not-permitted', /Create on the event/);
    expectProblem(await publish('/event/None__e'), 422, 'unknown-topic');
    expect(await owned()).toEqual(NOTHING);
    const created = await publish(EVENT);
    expect(created.body).toMatchObject({
      platform: 'salesforce',
      params: { topic: EVENT, event: EVENT, alias: 'my-org', org_name: 'my-org' },
    });
    expect(created.body).not.toHaveProperty('signing_secret');
    expectProblem(await publish(EVENT), 409, 'name-taken');
    expectProblem(
      await call('PATCH', '/publications/orders', { url: 'https://example.com/' }),
      422,
      'unprocessable',
    );
  });

  it('to Salesforce go by Pub/Sub unless REST is asked for, then or later', async () => {
    await authorized();
    const publish = (name: string, more: object) =>
      call('POST', '/platforms/salesforce/publications', { name, topic: EVENT, alias: 'my-org', ...more });
    expect((await publish('usual', {})).body.params.via).toBe('pubsub');
    expect((await publish('asked', { via: 'rest' })).body.params.via).toBe('rest');
    expectProblem(await publish('other', { via: 'soap' }), 400, 'invalid-request', /via/);
    expect((await call('PATCH', '/publications/usual', { via: 'rest' })).body.params.via).toBe('rest');
    // An unrelated change leaves it unchanged.
    await call('PATCH', '/publications/usual', { paused: true });
    expect((await call('GET', '/publications/usual')).body.params.via).toBe('rest');
    const asked = await api.stores.publications.get(app.id, 'asked');
    if (asked?.platform !== 'salesforce') throw new Error('expected a salesforce publication');
    // As it was stored before the choice existed.
    await api.stores.publications.update({ ...asked, via: undefined });
    expect((await call('GET', '/publications/asked')).body.params.via).toBe('pubsub');
    await publishTo('hook');
    expectProblem(
      await call('PATCH', '/publications/hook', { via: 'rest' }),
      422,
      'unprocessable',
      /salesforce publication only/,
    );
  });

  it('change where they go and what they send, and refuse what a new one would be refused for', async () => {
    await publishTo('hook', { token: 'old-token' });
    const changed = await call('PATCH', '/publications/hook', {
      url: 'https://example.org/new',
      token: 'new-token',
    });
    expect(changed.body.params.url).toBe('https://example.org/new');
    const secretOf = async () => {
      const stored = await api.stores.publications.get(app.id, 'hook');
      return stored?.platform === 'webhook' ? { id: stored.id, token: stored.secrets.token } : undefined;
    };
    const after = await secretOf();
    expect(
      await api.secrets.decrypt(after?.token ?? '', {
        appId: app.id,
        resourceId: after?.id ?? '',
        secret: 'token',
      }),
    ).toBe('new-token');
    await call('PATCH', '/publications/hook', { token: null });
    expect((await secretOf())?.token).toBeUndefined();
    expectProblem(
      await call('PATCH', '/publications/hook', { url: 'https://10.0.0.1/' }),
      422,
      'invalid-url',
    );
    expectProblem(
      await call('PATCH', '/publications/hook', { name: 'x' }),
      400,
      'invalid-request',
      /unknown field "name"/,
    );
    expectProblem(await call('PATCH', '/publications/none', { paused: true }), 404, 'not-found');
  });

  it('make what was parked due when they are resumed, and nothing else', async () => {
    const { id: publicationId } = (await publishTo('hook')).body;
    const { id: otherId } = (await publishTo('other')).body;
    expect((await call('PATCH', '/publications/hook', { paused: true })).body.state).toBe('paused');
    const parked = aDelivery({ appId: app.id, publicationId, status: 'parked' });
    const elsewhere = aDelivery({ appId: app.id, publicationId: otherId, status: 'parked' });
    const ended = aDelivery({ appId: app.id, publicationId, status: 'exhausted' });
    for (const each of [parked, elsewhere, ended]) await api.stores.deliveries.create(each, '{}');
    expect((await call('PATCH', '/publications/hook', { paused: false })).body.state).toBe('active');
    const released = await api.stores.deliveries.get(app.id, parked.id);
    expect(released?.delivery).toMatchObject({ status: 'waiting', nextAttemptAtMs: api.clock.now() });
    expect(api.queue.messages.map(({ body }) => parseDeliveryMessage(body))).toEqual([
      {
        kind: 'retry',
        appId: app.id,
        publicationId,
        deliveryId: parked.id,
        dueAtMs: released?.delivery.nextAttemptAtMs,
      },
    ]);
    for (const each of [elsewhere, ended]) {
      expect((await api.stores.deliveries.get(app.id, each.id))?.delivery).toEqual(each);
    }
  });

  it('that were disabled are enabled by resuming, and stay disabled when paused', async () => {
    await publishTo('hook');
    const stored = await api.stores.publications.get(app.id, 'hook');
    if (stored === undefined) throw new Error('expected the publication');
    await api.stores.publications.update({
      ...stored,
      state: 'disabled',
      stateReason: 'the target answered 410',
    });
    expect((await call('GET', '/publications/hook')).body).toMatchObject({
      state: 'disabled',
      state_reason: 'the target answered 410',
    });
    expect((await call('PATCH', '/publications/hook', { paused: true })).body.state).toBe('disabled');
    const enabled = (await call('PATCH', '/publications/hook', { paused: false })).body;
    expect(enabled.state).toBe('active');
    expect(enabled).not.toHaveProperty('state_reason');
  });

  it('drain at the rate that a resume says, which holds until the next one', async () => {
    await publishTo('hook');
    const patch = async (change: object) => (await call('PATCH', '/publications/hook', change)).body;
    expect(await patch({ paused: true })).not.toHaveProperty('drain_rate');
    expect(await patch({ paused: false })).toMatchObject({ drain_rate: DRAIN_RATE.default });
    expect(await patch({ paused: false, drain_rate: 7 })).toMatchObject({ drain_rate: 7 });
    expect(await patch({ paused: false })).toMatchObject({ drain_rate: 7 });
    expect((await call('GET', '/publications/hook')).body).toMatchObject({ drain_rate: 7 });
    expect(await patch({ paused: true })).not.toHaveProperty('drain_rate');
    expect(await patch({ paused: false })).toMatchObject({ drain_rate: DRAIN_RATE.default });
    api.clock.advance(60_000);
    await continueDrains({ ...api.stores, queue: api.queue, clock: api.clock });
    expect((await call('GET', '/publications/hook')).body).not.toHaveProperty('drain_rate');
  });

  it('show their breaker; an edit lets a probe begin at once, and a resume closes it', async () => {
    const { id: publicationId } = (await publishTo('hook')).body;
    expect((await call('GET', '/publications/hook')).body).not.toHaveProperty('breaker');
    const nowMs = api.clock.now();
    const stored = await api.stores.publications.get(app.id, 'hook');
    if (stored === undefined) throw new Error('expected the publication');
    const open = withOpenBreaker(
      { ...stored, drainRatePerSecond: 7 },
      { fromMs: nowMs - 12_000, attemptCount: 20, failureCount: 19 },
      { errorId: 'http-503', message: 'the receiver answered 503' },
      { nowMs, random: 0 },
    );
    if (open === undefined) throw new Error('expected it to open');
    await api.stores.publications.update(open);
    const parked = aDelivery({ appId: app.id, publicationId, status: 'parked' });
    await api.stores.deliveries.create(parked, '{}');
    const breaker = {
      state: 'open',
      since: '2026-01-01T00:00:00.000Z',
      opened_at: '2026-01-01T00:00:00.000Z',
      error: { id: 'http-503', message: 'the receiver answered 503' },
      attempts: 20,
      failures: 19,
      failed_probes: 0,
      next_probe_at: '2026-01-01T00:00:15.000Z',
    };
    expect((await call('GET', '/publications/hook')).body).toMatchObject({ state: 'active', breaker });
    expect((await call('GET', '/status')).body.publications).toEqual([
      { id: publicationId, name: 'hook', state: 'active', breaker },
    ]);
    const patch = async (change: object) => (await call('PATCH', '/publications/hook', change)).body;
    // This change does not concern the address.
    expect(await patch({ retry: ['5s'] })).toMatchObject({ breaker: { state: 'open' } });
    expect(api.queue.messages).toEqual([]);
    api.clock.advance(1_000);
    expect(await patch({ url: 'https://example.com/mended' })).toMatchObject({
      breaker: { state: 'half-open', failed_probes: 0, next_probe_at: '2026-01-01T00:00:01.000Z' },
    });
    expect(api.queue.messages.map(({ body }) => parseDeliveryMessage(body))).toMatchObject([
      { kind: 'retry', deliveryId: parked.id },
    ]);
    expect(await patch({ paused: true })).toMatchObject({ state: 'paused', breaker: { state: 'half-open' } });
    expect(await patch({ paused: false })).toMatchObject({
      state: 'active',
      breaker: { state: 'closed', since: '2026-01-01T00:00:01.000Z' },
      drain_rate: DRAIN_RATE.default,
    });
    expect((await call('GET', '/status')).body.publications).toEqual([]);
  });

  it('with an open breaker may be probed at once with another signing secret', async () => {
    await publishTo('hook');
    const stored = await api.stores.publications.get(app.id, 'hook');
    if (stored === undefined) throw new Error('expected the publication');
    const nextProbeAtMs = api.clock.now() + 200_000;
    await api.stores.publications.update({
      ...stored,
      breaker: { ...closedBreaker(0), state: 'open', nextProbeAtMs, lookAtMs: nextProbeAtMs },
    });
    expect((await call('POST', '/publications/hook/secret')).body.breaker).toMatchObject({
      state: 'half-open',
      next_probe_at: '2026-01-01T00:00:00.000Z',
    });
  });

  it('keep to their drain rate when they are paused and resumed while a part is on its way', async () => {
    const { id: publicationId } = (await publishTo('hook')).body;
    await call('PATCH', '/publications/hook', { paused: true });
    const parked = Array.from({ length: 150 }, (_, index) =>
      aDelivery({ appId: app.id, publicationId, status: 'parked', createdAtMs: index }),
    );
    for (const each of parked) await api.stores.deliveries.create(each, '{}');
    const resume = { paused: false, drain_rate: 1 };
    await call('PATCH', '/publications/hook', resume);
    expect(api.queue.messages).toHaveLength(90);
    await call('PATCH', '/publications/hook', { paused: true });
    api.clock.advance(20_000);
    await call('PATCH', '/publications/hook', resume);
    expect(api.queue.messages.slice(90).map(({ delaySeconds }) => delaySeconds)).toEqual(
      Array.from({ length: 20 }, (_, index) => 70 + index),
    );
  });

  it('refuse a drain rate that is out of bounds, or that comes without a resume', async () => {
    await publishTo('hook');
    for (const drain_rate of [0, DRAIN_RATE.max + 1, 1.5, '10']) {
      const refused = await call('PATCH', '/publications/hook', { paused: false, drain_rate });
      expectProblem(refused, 400, 'invalid-request');
    }
    for (const change of [{ drain_rate: 10 }, { drain_rate: 10, paused: true }]) {
      const refused = await call('PATCH', '/publications/hook', change);
      expectProblem(refused, 400, 'invalid-request');
      expect(refused.body.message).toContain('expected drain_rate together with paused: false');
    }
  });

  it('take their streams and what was parked with them when they are deleted', async () => {
    const { id: publicationId } = (await publishTo('hook')).body;
    await generate('g', { target: 'hook' });
    const parked = aDelivery({ appId: app.id, publicationId, status: 'parked' });
    await api.stores.deliveries.create(parked, '{}');
    expect((await call('DELETE', '/publications/hook')).body).toMatchObject({
      name: 'hook',
      sources: [{ name: 'g' }],
    });
    expect(await owned()).toMatchObject({ publications: [], streams: [], subscriptions: [{ name: 'g' }] });
    expect((await api.stores.deliveries.get(app.id, parked.id))?.delivery.status).toBe('discarded');
    expectProblem(await call('GET', '/publications/hook'), 404, 'not-found');
    expectProblem(await call('DELETE', '/publications/hook'), 404, 'not-found');
  });
});

describe('publications to Data Cloud', () => {
  const create = (more: object = {}) =>
    call('POST', '/platforms/datacloud/publications', {
      name: 'orders',
      connector: 'SalesConnector',
      object: 'Orders',
      alias: 'my-org',
      ...more,
    });

  it('are made once the connector, its object and the authorization are known to be there', async () => {
    await authorized();
    const created = await create();
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      platform: 'datacloud',
      params: { connector: 'SalesConnector', object: 'Orders', alias: 'my-org' },
    });
    expect((await call('GET', '/publications/orders')).body).toEqual(created.body);
  });

  it('are refused with what there is', async () => {
    expectProblem(await create(), 404, 'not-found', /authorization/);
    await authorized();
    expectProblem(await create({ connector: 'Sales' }), 422, 'unknown-connector', /SalesConnector/);
    expectProblem(await create({ object: 'Order' }), 422, 'unknown-connector', /Orders/);
    api.ingest.failure = { kind: 'unreachable', message: 'Data Cloud did not answer' };
    expectProblem(await create(), 502, 'salesforce-unreachable', /did not answer/);
    expect(await owned()).toEqual(NOTHING);
  });
});

describe('publications to targets in AWS', () => {
  const QUEUE = 'arn:aws:sqs:eu-central-1:123456789012:orders';
  const OTHER_QUEUE = 'arn:aws:sqs:eu-central-1:123456789012:others.fifo';
  const ARNS = {
    sqs: QUEUE,
    eventbridge: 'arn:aws:events:eu-central-1:123456789012:event-bus/orders',
    kinesis: 'arn:aws:kinesis:eu-central-1:123456789012:stream/orders',
    s3: 'arn:aws:s3:::acme-lake/raw',
  };
  /** Configures an installation that allows these targets, the other queue only for the named app. */
  async function allow(appId?: string): Promise<void> {
    const list = Object.values(ARNS).map((arn) => ({ arn, appIds: undefined }));
    const others = { arn: OTHER_QUEUE, appIds: appId === undefined ? [app.id] : [appId] };
    openApi({ replaced: () => ({ allowedTargets: new ListedTargets([...list, others]) }) });
    await openApp('lake');
  }

  it.each(Object.entries(ARNS))('to %s are made, shown and changed by ARN', async (platform, arn) => {
    await allow();
    const created = await call('POST', `/platforms/${platform}/publications`, { name: 'target', arn });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ platform, params: { arn }, state: 'active' });
    const refused = await call('PATCH', '/publications/target', { arn: `${arn}x` });
    expectProblem(refused, 422, 'target-not-allowed', /allowedTargets/);
    expect((await call('PATCH', '/publications/target', { arn })).body.params).toEqual({ arn });
  });

  it('are refused where the installation does not allow them, with what to add', async () => {
    for (const [platform, arn] of Object.entries(ARNS)) {
      const refused = await call('POST', `/platforms/${platform}/publications`, { name: 'target', arn });
      expectProblem(refused, 422, 'target-not-allowed', new RegExp(`allowedTargets=.*${arn}`));
    }
    expect(await owned()).toEqual(NOTHING);
  });

  it('are refused where another app may use the ARN, with what to add for this one', async () => {
    await allow('6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c01');
    const refused = await call('POST', '/platforms/sqs/publications', { name: 'target', arn: OTHER_QUEUE });
    expectProblem(refused, 422, 'target-not-allowed', new RegExp(`which this app may use.*${app.id}`));
    expect(refused.text).not.toContain('6f0e3b52');
  });

  it('keep their attribute of order when only the ARN changes, and the other way round', async () => {
    await allow();
    const settings = { name: 'target', arn: ARNS.kinesis, partition_by: 'type' };
    await call('POST', '/platforms/kinesis/publications', settings);
    const changed = await call('PATCH', '/publications/target', { partition_by: 'subject' });
    expect(changed.body.params).toEqual({ arn: ARNS.kinesis, partition_by: 'subject' });
    const again = await call('PATCH', '/publications/target', { arn: ARNS.kinesis });
    expect(again.body.params).toEqual({ arn: ARNS.kinesis, partition_by: 'subject' });
  });

  it.each([
    ['sqs', { arn: 'orders' }, 422, 'expected the ARN of an SQS queue'],
    ['sqs', { arn: ARNS.s3 }, 422, 'expected the ARN of an SQS queue'],
    ['sqs', { arn: `${QUEUE}*` }, 422, 'expected the ARN of an SQS queue'],
    ['sqs', { arn: QUEUE.replace('eu-central-1', 'evil.example.com/') }, 422, 'expected the ARN'],
    ['sqs', { arn: QUEUE, partition_by: 'data' }, 400, 'partition_by'],
    ['sqs', {}, 400, 'arn'],
    ['sqs', { arn: QUEUE, prefix: 'a' }, 400, 'prefix'],
    ['eventbridge', { arn: QUEUE }, 422, 'expected the ARN of an event bus'],
    ['kinesis', { arn: ARNS.eventbridge }, 422, 'expected the ARN of a Kinesis data stream'],
    ['s3', { arn: 'arn:aws:s3:::acme-lake/../x*' }, 422, 'expected the ARN of a bucket'],
    ['s3', { arn: `${ARNS.s3}/` }, 422, 'expected the ARN of a bucket'],
    ['s3', { arn: ARNS.s3, prefix: '/crm' }, 422, 'expected "prefix"'],
    ['s3', { arn: ARNS.s3, prefix: 'x'.repeat(201) }, 422, 'expected "prefix"'],
    ['s3', { arn: `arn:aws:s3:::${'x'.repeat(2_048)}` }, 400, 'arn'],
  ])('to %s are refused with %j', async (platform, settings, status, said) => {
    await allow();
    const refused = await call('POST', `/platforms/${platform}/publications`, {
      name: 'target',
      ...settings,
    });
    expect([refused.status, refused.text]).toEqual([
      status,
      expect.stringContaining(said.replaceAll('"', '\\"')),
    ]);
    expect(await owned()).toEqual(NOTHING);
  });
});
