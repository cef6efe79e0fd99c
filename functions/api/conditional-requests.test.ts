import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../../test/support/api-under-test.ts';
import { overridden } from '../../test/support/api-under-test.ts';
import {
  api,
  app,
  authorized,
  call,
  expectProblem,
  generate,
  openApi,
  openApp,
  openShop,
  publishTo,
  subscribe,
} from '../../test/support/shop.ts';

beforeEach(openShop);

async function tagOf(path: string): Promise<string> {
  const shown = await call('GET', path);
  expect(shown.status).toBe(200);
  return shown.headers['etag'] ?? '';
}

function ifMatch(method: string, path: string, tag: string, body?: object): Promise<ApiAnswer> {
  return call(method, path, body, { headers: { 'if-match': tag } });
}

/** Creates one of each resource that can be changed or deleted, with a change for each. */
async function oneOfEach() {
  await authorized('my-org', { clientId: 'key', flow: 'web' });
  await subscribe('orders');
  await generate('ticks');
  await publishTo('hook');
  await publishTo('other');
  await call('POST', '/streams', { source: 'ticks', target: 'hook' });
}

const CHANGES = [
  ['a publication', '/publications/hook', { url: 'https://example.com/a' }, { url: 'https://example.com/b' }],
  ['a subscription', '/subscriptions/orders', { paused: true }, { on_invalid_cursor: 'latest' }],
  ['a stream', '/streams/ticks/hook', { filter: 'root = this' }, { filter: null }],
] as const;

describe('a change with If-Match', () => {
  beforeEach(oneOfEach);

  it.each(CHANGES)(
    'of %s is made to what the caller read, and not to what another made of it',
    async (_what, path, first, second) => {
      const read = await tagOf(path);
      expect((await ifMatch('PATCH', path, read, first)).status).toBe(200);
      const after = await tagOf(path);
      expect(after).not.toBe(read);
      expectProblem(await ifMatch('PATCH', path, read, second), 412, 'precondition-failed', /read it again/);
      expectProblem(await ifMatch('DELETE', path, read), 412, 'precondition-failed');
      // The refused requests changed nothing.
      expect(await tagOf(path)).toBe(after);
      expect((await ifMatch('DELETE', path, after)).status).toBe(200);
    },
  );

  it('holds for authorizations', async () => {
    await call('DELETE', '/subscriptions/orders');
    const path = '/authorizations/my-org';
    const read = await tagOf(path);
    const stored = await api.stores.authorizations.get(app.id, 'my-org');
    if (stored === undefined) throw new Error('expected the authorization');
    await api.stores.authorizations.update({ ...stored, loginUrl: 'https://test.salesforce.com' });
    expectProblem(await ifMatch('PATCH', path, read, { client_id: 'new' }), 412, 'precondition-failed');
    expectProblem(await ifMatch('DELETE', path, read), 412, 'precondition-failed');
    expect((await ifMatch('DELETE', path, await tagOf(path))).status).toBe(200);
  });

  it('is refused when another change comes between the look and the write', async () => {
    openApi({
      replaced: ({ publications }) => {
        let raced = false;
        return {
          publications: overridden(publications, {
            async update(publication) {
              if (!raced) {
                raced = true;
                const now = await publications.get(publication.appId, publication.id);
                if (now !== undefined) await publications.update({ ...now, retryDelaysMs: [1_000] });
              }
              return publications.update(publication);
            },
          }),
        };
      },
    });
    await openApp('shop');
    await publishTo('hook');
    const read = await tagOf('/publications/hook');
    const answer = await ifMatch('PATCH', '/publications/hook', read, { url: 'https://example.com/a' });
    expectProblem(answer, 412, 'precondition-failed');
    expect((await call('GET', '/publications/hook')).body.params.url).toBe('https://example.com/hooks');
  });

  it('is not refused because of what Sluice reports', async () => {
    const read = await tagOf('/subscriptions/orders');
    const before = await call('GET', '/subscriptions/orders');
    await api.stores.feeds.setState(before.body.feed.id, {
      state: 'waiting',
      reason: { id: 'unavailable', message: 'Salesforce does not answer', atMs: api.clock.now() },
      notBeforeMs: api.clock.now() + 60_000,
    });
    const now = await call('GET', '/subscriptions/orders');
    expect(now.body.status).not.toEqual(before.body.status);
    expect(now.headers['etag']).not.toBe(read);
    expect((await ifMatch('PATCH', '/subscriptions/orders', read, { paused: true })).status).toBe(200);
  });

  it('takes a star, and one of several tags', async () => {
    const tag = await tagOf('/publications/hook');
    expect((await ifMatch('PATCH', '/publications/hook', '*', { paused: true })).status).toBe(200);
    const now = await tagOf('/publications/hook');
    expect((await ifMatch('PATCH', '/publications/hook', `${tag}, W/${now}`, { paused: false })).status).toBe(
      200,
    );
    expectProblem(await ifMatch('PATCH', '/publications/none', '*', { paused: true }), 404, 'not-found');
    expectProblem(
      await ifMatch('PATCH', '/publications/hook', '"another"', { paused: true }),
      412,
      'precondition-failed',
    );
  });

  it.each(['hook', '', '"a', 'a"b"', '"a" "b"'])('refuses the header %j', async (tag) => {
    const answer = await ifMatch('PATCH', '/publications/hook', tag, { paused: true });
    expectProblem(answer, 400, 'invalid-request', /If-Match: expected "\*"/);
  });

  it('is refused where nothing would look at it', async () => {
    const answer = await ifMatch('POST', '/streams', '*', { source: 'ticks', target: 'other' });
    expectProblem(answer, 400, 'invalid-request', /If-Match: expected none here/);
    expectProblem(await ifMatch('POST', '/publications/hook/secret', '"a"'), 400, 'invalid-request');
  });
});

describe('a reader who polls', () => {
  it.each(['/publications', '/publications/hook', '/status', '/deliveries'])(
    'of %s gets no body until something changes',
    async (path) => {
      await publishTo('hook');
      const first = await call('GET', path);
      const again = (tag: string) => call('GET', path, undefined, { headers: { 'if-none-match': tag } });
      const tag = first.headers['etag'] ?? '';
      for (const known of [tag, `W/${tag}`, `"a", ${tag}`, '*']) {
        const unchanged = await again(known);
        expect([unchanged.status, unchanged.text, unchanged.headers['etag']]).toEqual([304, '', tag]);
        expect(unchanged.headers['content-type']).toBeUndefined();
      }
      expect((await again('"a"')).text).toBe(first.text);
    },
  );

  it('gets the change', async () => {
    await publishTo('hook');
    const tag = await tagOf('/publications/hook');
    await call('PATCH', '/publications/hook', { paused: true });
    const after = await call('GET', '/publications/hook', undefined, { headers: { 'if-none-match': tag } });
    expect([after.status, after.body.state]).toEqual([200, 'paused']);
  });
});

describe('the rate limit', () => {
  beforeEach(async () => {
    openApi({ replaced: () => ({ appRequestsPerSecond: 2 }) });
    await openApp('shop');
  });

  it('is told with each answer to an app', async () => {
    const left = async () => (await call('GET', '/publications')).headers['ratelimit'];
    const answer = await call('GET', '/publications');
    expect(answer.headers['ratelimit-policy']).toBe('"app";q=10;w=5');
    expect(answer.headers['ratelimit']).toBe('"app";r=9;t=1');
    for (let count = 0; count < 8; count += 1) await left();
    expect(await left()).toBe('"app";r=0;t=5');
    const refused = await call('GET', '/publications');
    expectProblem(refused, 429, 'too-many-requests');
    expect(refused.headers).toMatchObject({ 'retry-after': '1', ratelimit: '"app";r=0;t=5' });
    api.clock.advance(2_500);
    expect(await left()).toBe('"app";r=4;t=3');
  });

  it('is not that of administration', async () => {
    const { headers } = await api.call('GET', '/v1/apps');
    expect(headers).not.toHaveProperty('ratelimit');
  });
});
