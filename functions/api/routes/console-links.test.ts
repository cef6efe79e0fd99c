import { beforeEach, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console-session.ts';
import {
  api,
  app,
  everyRouteIsAnswered,
  expectProblem,
  newApp,
  openShop,
} from '../../../test/support/shop.ts';
import { CONSOLE_LINK_ROUTES } from './console-links.ts';

beforeEach(openShop);
everyRouteIsAnswered(CONSOLE_LINK_ROUTES);

describe('a link to the console', () => {
  it('is of the app of the token, and of no other', async () => {
    const other = await newApp('other');
    for (const name of ['shop', app.id]) {
      expect(
        (await api.call('POST', '/v1/console/links', { token: app.token, body: { app: name } })).status,
      ).toBe(201);
    }
    for (const name of ['other', other.id, 'nobody']) {
      const answer = await api.call('POST', '/v1/console/links', { token: app.token, body: { app: name } });
      expectProblem(answer, 403, 'forbidden', /found another app/);
    }
    const missing = await api.call('POST', '/v1/console/links', { body: { app: 'nobody' } });
    expectProblem(missing, 404, 'not-found');
  });

  it('is not made by a session, which would never end', async () => {
    const cookie = await openConsole(api, app.token);
    expectProblem(
      await api.call('POST', '/v1/console/links', {
        token: null,
        headers: { 'x-sluice-console': '1', cookie },
      }),
      403,
      'forbidden',
      /would outlive/,
    );
  });
});
