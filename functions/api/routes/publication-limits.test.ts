import { beforeEach, describe, expect, it } from 'vitest';
import {
  api,
  app,
  authorized,
  call,
  expectProblem,
  NOTHING,
  openShop,
  owned,
  publishTo,
  publishToOrg,
} from '../../../test/support/shop.ts';

beforeEach(openShop);

const change = (body: object) => call('PATCH', '/publications/hook', body);
const stored = () => api.stores.publications.get(app.id, 'hook');

describe('a rate limit', () => {
  it.each([
    ['10/s', { count: 10, per: 's' }],
    ['1/h', { count: 1, per: 'h' }],
    ['10000/m', { count: 10_000, per: 'm' }],
  ])('of %s is stored and shown', async (rate_limit, limit) => {
    const created = await publishTo('hook', { rate_limit });
    expect(created.status).toBe(201);
    expect(created.body.rate_limit).toBe(rate_limit);
    expect(await stored()).toMatchObject({ rateLimit: limit });
  });

  it('is none unless given, changes, and is taken away by null', async () => {
    expect((await publishTo('hook')).body).not.toHaveProperty('rate_limit');
    expect((await change({ rate_limit: '5/s' })).body.rate_limit).toBe('5/s');
    expect((await change({ retry: ['5s'] })).body.rate_limit).toBe('5/s');
    expect((await change({ rate_limit: null })).body).not.toHaveProperty('rate_limit');
    expect((await stored())?.rateLimit).toBeUndefined();
  });

  it('is what a publication to Salesforce has as well', async () => {
    await authorized();
    const created = await publishToOrg({ rate_limit: '100/m' });
    expect(created.body.rate_limit).toBe('100/m');
  });

  it.each(['0/s', '10001/s', '10', '10/d', '1.5/s', '-1/s', '', '10/s ', '10 / s', '1e3/s', '٣/s'])(
    'of %j is refused, and changes nothing',
    async (rate_limit) => {
      const expected =
        /^expected the rate limit as a number from 1 to 10000 with \/s, \/m or \/h, such as 10\/s or 100\/m, found "/;
      expectProblem(await publishTo('hook', { rate_limit }), 422, 'unprocessable', expected);
      expect(await owned()).toEqual(NOTHING);
      await publishTo('hook', { rate_limit: '3/s' });
      const before = await stored();
      expectProblem(await change({ rate_limit, paused: true }), 422, 'unprocessable', expected);
      expect(await stored()).toEqual(before);
    },
  );

  it('is a text', async () => {
    expectProblem(await publishTo('hook', { rate_limit: 10 }), 400, 'invalid-request', /rate_limit/);
  });
});

describe('an index of attempts', () => {
  it('is off unless asked for; turned on, it counts once everybody who delivers knows of it', async () => {
    expect((await publishTo('hook')).body).not.toHaveProperty('index_attempts');
    expect((await change({ index_attempts: true })).body).toMatchObject({
      index_attempts: true,
      attempts_indexed_since: new Date(api.clock.now() + 5_000).toISOString(),
    });
    api.clock.advance(60_000);
    const { version: _, ...before } = (await stored()) ?? {};
    await change({ index_attempts: true, retry: ['5s'] });
    expect(await stored()).toMatchObject({ ...before, retryDelaysMs: [5_000] });
    expect((await change({ index_attempts: false })).body).not.toHaveProperty('attempts_indexed_since');
    expect((await stored())?.attemptsIndexedSinceMs).toBeUndefined();
  });

  it('has all of a publication that is made with it', async () => {
    const created = await publishTo('hook', { index_attempts: true });
    expect(created.body.attempts_indexed_since).toBe(created.body.created_at);
    expectProblem(
      await publishTo('other', { index_attempts: 'yes' }),
      400,
      'invalid-request',
      /index_attempts/,
    );
  });
});

describe('a concurrency limit', () => {
  const concurrency = async () => (await call('GET', '/publications/hook')).body.params.concurrency;

  it('is none unless given, changes, and is taken away by null', async () => {
    await publishTo('hook');
    expect(await concurrency()).toBeUndefined();
    await change({ concurrency: 4 });
    expect(await concurrency()).toBe(4);
    await change({ url: 'https://example.com/other' });
    expect(await concurrency()).toBe(4);
    await change({ concurrency: null });
    expect(await concurrency()).toBeUndefined();
  });

  it.each([1, 64])('may be %i', async (value) => {
    expect((await publishTo('hook', { concurrency: value })).body.params.concurrency).toBe(value);
  });

  it.each([0, 65, 1.5])('may not be %d', async (value) => {
    expectProblem(await publishTo('hook', { concurrency: value }), 400, 'invalid-request', /concurrency/);
  });
});

describe('a handshake', () => {
  const origin = async () => (await call('GET', '/publications/hook')).body.params.handshake_origin;

  it('is none unless given, changes, and is taken away by null', async () => {
    await publishTo('hook', { handshake_origin: 'events.example.com' });
    expect(await origin()).toBe('events.example.com');
    await change({ url: 'https://example.com/other' });
    expect(await origin()).toBe('events.example.com');
    await change({ handshake_origin: null });
    expect(await origin()).toBeUndefined();
    await change({ handshake_origin: 'shop.example.com' });
    expect(await origin()).toBe('shop.example.com');
  });

  it.each(['localhost', 'https://example.com', 'a.b\r\nX: 1', ''])(
    'with %j is refused',
    async (handshake_origin) => {
      const said =
        /^expected "handshake_origin" as the name of a host with its domain, such as events.example.com, found "/;
      expectProblem(await publishTo('hook', { handshake_origin }), 422, 'unprocessable', said);
      expect(await owned()).toEqual(NOTHING);
      await publishTo('hook');
      expectProblem(await change({ handshake_origin }), 422, 'unprocessable', said);
      expect(await origin()).toBeUndefined();
    },
  );
});
