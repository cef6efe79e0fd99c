import { beforeEach, describe, expect, it } from 'vitest';
import { ApiUnderTest, overridden } from '../../test/support/api-under-test.ts';
import {
  api,
  app,
  authorized,
  call,
  EVENT,
  expectProblem,
  generate,
  NOTHING,
  openShop,
  owned,
  publishTo,
  subscribe,
  TOPIC,
} from '../../test/support/shop.ts';

beforeEach(openShop);

describe('two requests at the same moment', () => {
  /** The same app on the same stores; `meanwhile` happens just before the given write. */
  function racing<S extends 'subscriptions' | 'publications' | 'streams' | 'authorizations' | 'feeds'>(
    store: S,
    method: keyof ApiUnderTest['stores'][S] & string,
    meanwhile: () => Promise<unknown>,
  ) {
    const { stores } = api;
    const before = async (...given: unknown[]) => {
      await meanwhile();
      const real: unknown = Reflect.get(stores[store], method);
      if (typeof real !== 'function') throw new Error(`expected a method ${method}`);
      return Reflect.apply(real, stores[store], given);
    };
    const replaced = overridden<object>(stores[store], { [method]: before });
    const other = new ApiUnderTest({ replaced: () => ({ ...stores, [store]: replaced }) });
    return (verb: string, path: string, body?: unknown) =>
      other.call(verb, `/v1/tenants/${app.id}${path}`, { token: app.token, body });
  }

  async function remove(store: 'subscriptions' | 'publications', name: string): Promise<void> {
    const found = await api.stores[store].get(app.id, name);
    await api.stores[store].remove(app.id, found?.id ?? '');
  }

  const GENERATOR = { name: 'g', interval: '1m', mapping: 'root.n = 1' };
  const SUBSCRIPTION = { name: 'changes', topic: TOPIC, alias: 'my-org' };

  it('take back a subscription whose target was deleted', async () => {
    await publishTo('hook');
    const send = racing('subscriptions', 'create', () => remove('publications', 'hook'));
    const answer = await send('POST', '/platforms/generate/subscriptions', { ...GENERATOR, target: 'hook' });
    expectProblem(answer, 404, 'not-found', /publication/);
    expect(await owned()).toEqual(NOTHING);
  });

  it('take back a publication whose source was deleted', async () => {
    await generate('g');
    const send = racing('publications', 'create', () => remove('subscriptions', 'g'));
    const body = { name: 'hook', url: 'https://example.com/', source: 'g' };
    expectProblem(
      await send('POST', '/platforms/webhook/publications', body),
      404,
      'not-found',
      /subscription/,
    );
    expect(await owned()).toEqual(NOTHING);
  });

  it.each([
    ['source', () => remove('subscriptions', 'g')],
    ['target', () => remove('publications', 'hook')],
  ])('take back a stream whose %s was deleted', async (_end, meanwhile) => {
    await generate('g');
    await publishTo('hook');
    const send = racing('streams', 'create', meanwhile);
    expectProblem(await send('POST', '/streams', { source: 'g', target: 'hook' }), 404, 'not-found');
    expect((await owned()).streams).toEqual([]);
  });

  it('take back what was to use an authorization that was deleted', async () => {
    const { id } = await authorized();
    const gone = () => api.stores.authorizations.remove(app.id, id);
    const subscribed = await racing('subscriptions', 'create', gone)(
      'POST',
      '/platforms/salesforce/subscriptions',
      SUBSCRIPTION,
    );
    expectProblem(subscribed, 404, 'not-found', /authorization/);
    await authorized();
    const [again] = await api.stores.authorizations.list(app.id);
    const goneToo = () => api.stores.authorizations.remove(app.id, again?.id ?? '');
    const body = { name: 'orders', topic: EVENT, alias: 'my-org' };
    const published = await racing('publications', 'create', goneToo)(
      'POST',
      '/platforms/salesforce/publications',
      body,
    );
    expectProblem(published, 404, 'not-found', /authorization/);
    expect(await owned()).toEqual(NOTHING);
  });

  it('keep an authorization that came into use while it was deleted', async () => {
    await authorized();
    const send = racing('authorizations', 'remove', () => subscribe('changes'));
    expectProblem(await send('DELETE', '/authorizations/my-org'), 409, 'in-use', /subscription changes/);
    expect((await call('GET', '/authorizations/my-org')).body.status).toBe('active');
    expect(api.login.posts).toEqual([]);
  });

  it('keep a feed that another subscription began to read while its last one left', async () => {
    await authorized();
    await subscribe('one');
    const [feed] = (await owned()).feeds;
    await api.stores.feeds.setState(feed?.id ?? '', { state: 'active', cursor: 'AAAA' });
    const send = racing('feeds', 'remove', () => subscribe('two'));
    expect((await send('DELETE', '/subscriptions/one')).status).toBe(200);
    expect((await owned()).feeds).toMatchObject([{ id: feed?.id, state: 'active', cursor: 'AAAA' }]);
  });

  it('leave nothing when the feed cannot be stored', async () => {
    await authorized();
    await publishTo('hook');
    const before = await owned();
    const send = racing('feeds', 'ensure', async () => {
      throw new Error('throttled');
    });
    const answer = await send('POST', '/platforms/salesforce/subscriptions', {
      ...SUBSCRIPTION,
      target: 'hook',
    });
    expectProblem(answer, 500, 'internal-error');
    expect(await owned()).toEqual(before);
  });

  it('change a record that another write just changed, and give up when that does not end', async () => {
    await generate('g');
    const touch = async () => {
      const stored = await api.stores.subscriptions.get(app.id, 'g');
      if (stored !== undefined) await api.stores.subscriptions.update(stored);
    };
    let times = 2;
    const twice = racing('subscriptions', 'update', async () => {
      if (times-- > 0) await touch();
    });
    expect((await twice('PATCH', '/subscriptions/g', { mapping: 'root.n = 2' })).body.params.mapping).toBe(
      'root.n = 2',
    );
    const always = racing('subscriptions', 'update', touch);
    expectProblem(await always('PATCH', '/subscriptions/g', { mapping: 'root.n = 3' }), 409, 'try-again');
  });
});
