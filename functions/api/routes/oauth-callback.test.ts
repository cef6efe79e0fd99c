import { beforeEach, describe, expect, it } from 'vitest';
import { parsePollMessage } from '../../../src/domain/feeds/poll-message.ts';
import {
  api,
  authorized,
  call,
  everyRouteIsAnswered,
  openShop,
  owned,
  subscribe,
} from '../../../test/support/shop.ts';
import { OAUTH_ROUTES } from './oauth-callback.ts';

beforeEach(openShop);
everyRouteIsAnswered(OAUTH_ROUTES);

describe('authorizations', () => {
  it('are done when the browser comes back: url set, extra null, and a page that says so', async () => {
    const created = await call('POST', '/platforms/salesforce/authorizations', {
      alias: 'my-org',
      client_id: 'key',
    });
    const state = new URL(created.body.extra.redirect_uri).searchParams.get('state') ?? '';
    const page = await api.call('GET', `/v1/oauth/callback?state=${encodeURIComponent(state)}&code=c0de`, {
      token: null,
    });
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'/);
    expect(page.headers['content-security-policy']).not.toMatch(/unsafe/);
    expect(page.text).toMatch(/my-org \(org 00D000000000001AAA\) is ready/);
    expect(page.text).not.toMatch(/(?:src|href)=/);
    const shown = await call('GET', '/authorizations/my-org');
    expect(shown.body).toMatchObject({ status: 'active', extra: null, org_id: '00D000000000001AAA' });
    expect(shown.body.params.url).toBe('https://acme.my.salesforce.com');
    expect(shown.text).not.toMatch(/secret-/);
    // Valid once: the code and the state do not work a second time.
    expect(
      (
        await api.call('GET', `/v1/oauth/callback?state=${encodeURIComponent(state)}&code=c0de`, {
          token: null,
        })
      ).status,
    ).toBe(422);
  });

  it('start the feeds that wait for them, when the browser comes back and not before', async () => {
    const dead = { ...(await authorized('my-org')), status: 'dead' as const };
    await subscribe('changes', { alias: 'my-org' });
    const [feed] = (await owned()).feeds;
    await api.stores.authorizations.update(dead);
    await api.stores.feeds.setState(feed!.id, { state: 'waiting', notBeforeMs: api.clock.now() + 45_000 });
    api.pollQueue.messages.length = 0;
    const begun = await call('POST', '/platforms/salesforce/authorizations', {
      alias: 'my-org',
      client_id: 'key',
    });
    expect(begun.body).toMatchObject({ id: dead.id, status: 'pending' });
    const state = encodeURIComponent(new URL(begun.body.extra.redirect_uri).searchParams.get('state') ?? '');
    const back = (query: string) =>
      api.call('GET', `/v1/oauth/callback?state=${state}&${query}`, { token: null });
    expect((await back('error=access_denied')).status).toBe(422);
    expect(api.pollQueue.messages).toEqual([]);
    expect((await api.stores.feeds.get(feed!.id))?.state).toBe('waiting');
    expect((await back('code=c0de')).status).toBe(200);
    expect(api.pollQueue.messages.flatMap((body) => parsePollMessage(body).feedIds)).toEqual([feed!.id]);
    expect(await api.stores.feeds.get(feed!.id)).toMatchObject({ state: 'starting', notBeforeMs: undefined });
  });

  it('say on the page what went wrong, with nothing of the query taken as HTML', async () => {
    const created = await call('POST', '/platforms/salesforce/authorizations', {
      alias: 'my-org',
      client_id: 'key',
    });
    const state = encodeURIComponent(
      new URL(created.body.extra.redirect_uri).searchParams.get('state') ?? '',
    );
    const denied = await api.call(
      'GET',
      `/v1/oauth/callback?state=${state}&error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E`,
      { token: null },
    );
    expect(denied.status).toBe(422);
    expect(denied.text).toMatch(/The org was not authorized/);
    expect(denied.text).not.toContain('<script');
    expect((await api.call('GET', '/v1/oauth/callback', { token: null })).status).toBe(400);
    expect((await api.call('GET', '/v1/oauth/callback?state=made-up&code=x', { token: null })).status).toBe(
      422,
    );
    expect((await call('GET', '/authorizations/my-org')).body.status).toBe('pending');
  });
});
