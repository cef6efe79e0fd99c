import { beforeEach, describe, expect, it } from 'vitest';
import {
  api,
  authorized,
  call,
  expectProblem,
  generate,
  openShop,
  publishTo,
} from '../../test/support/shop.ts';

beforeEach(openShop);

/** Every part of a list, followed through the headers. */
async function parts(path: string, get: (path: string) => ReturnType<typeof call>): Promise<unknown[][]> {
  const found: unknown[][] = [];
  let query = '?limit=2';
  for (;;) {
    const answer = await get(`${path}${query}`);
    expect(answer.status).toBe(200);
    found.push(answer.body);
    const next = /^<(\?[^>]*)>; rel="next"$/.exec(answer.headers['link'] ?? '')?.[1];
    if (next === undefined) return found;
    query = next;
  }
}

describe('a list', () => {
  beforeEach(async () => {
    for (const name of ['c', 'a', 'b', 'a-1', 'B']) {
      await publishTo(name);
      await generate(name);
      await authorized(name);
      await call('POST', '/tokens', { label: name });
      await api.call('POST', '/v1/apps', { body: { name } });
      await api.call('POST', '/v1/tokens');
      await call('POST', '/streams', { source: name, target: 'c' });
      await call('POST', '/streams', { source: 'c', target: name });
    }
  });

  it.each(['/publications', '/subscriptions', '/authorizations', '/streams', '/tokens', '/credentials'])(
    'of %s comes whole, or in parts that make up the whole',
    async (path) => {
      const whole = await call('GET', path);
      expect(whole.headers).not.toHaveProperty('link');
      const found = await parts(path, (each) => call('GET', each));
      expect(found.flat()).toEqual(whole.body);
      expect(found.slice(0, -1).every(({ length }) => length === 2)).toBe(true);
    },
  );

  it.each(['/v1/apps', '/v1/tokens'])('of %s as well', async (path) => {
    const found = await parts(path, (each) => api.call('GET', each));
    expect(found.length).toBeGreaterThan(2);
    expect(found.flat()).toEqual((await api.call('GET', path)).body);
  });

  it('goes on behind one that is gone by then', async () => {
    const first = await call('GET', '/publications?limit=2');
    const next = /^<(\?[^>]*)>/.exec(first.headers['link'] ?? '')?.[1];
    await call('DELETE', `/publications/${first.body[1].name}`);
    const rest = await call('GET', `/publications${next}`);
    expect([...first.body, ...rest.body].map(({ name }) => name)).toEqual(['B', 'a', 'a-1', 'b']);
    expect(rest.headers['link']).toContain('after=');
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'after=',
    'after=%FF',
    'after=a',
    'limit=1&limit=2',
    'page=2',
  ])('refuses ?%s', async (query) => {
    expectProblem(await call('GET', `/publications?${query}`), 400, 'invalid-request', /the query: expected/);
  });
});
