import { beforeEach, describe, expect, it } from 'vitest';
import {
  api,
  app,
  call,
  everyRouteIsAnswered,
  expectProblem,
  generate,
  newApp,
  openShop,
  publishTo,
} from '../../../test/support/shop.ts';
import { LOG_ROUTES } from './logs.ts';

beforeEach(openShop);
everyRouteIsAnswered(LOG_ROUTES);

const line = (agoMs: number, fields: object, level = 'INFO') =>
  api.logs.write(
    JSON.stringify({
      timestamp: new Date(api.clock.now() - agoMs).toISOString(),
      level,
      service: 'sluice-deliver',
      message: 'one attempt to deliver an event ended',
      code: 'DELIVERY_ATTEMPTED',
      ...fields,
    }),
  );

describe('the log of an app', () => {
  const numbers = async (query = '') =>
    (await call('GET', `/logs${query}`)).body.lines.map(({ fields }: { fields: { n: number } }) => fields.n);

  it('is shown oldest first, of the last minutes, without lines of other apps', async () => {
    line(1_000, { appId: app.id, n: 2, publication: 'hook', status: 200 });
    line(60_000, { appId: app.id, n: 1 });
    line(3_600_000, { appId: app.id, n: 0 });
    line(500, { appId: (await newApp('other')).id, n: 'foreign' });
    line(500, { n: 'of the installation' });
    const page = await call('GET', '/logs');
    expect(page.body).toEqual({
      lines: [
        expect.objectContaining({ fields: { appId: app.id, n: 1 } }),
        {
          id: expect.any(String),
          at: expect.any(String),
          level: 'INFO',
          function: 'deliver',
          code: 'DELIVERY_ATTEMPTED',
          message: 'one attempt to deliver an event ended',
          fields: { appId: app.id, n: 2, publication: 'hook', status: 200 },
        },
      ],
      until: expect.any(String),
    });
    expect(await numbers(`?from=${new Date(api.clock.now() - 7_200_000).toISOString()}`)).toEqual([0, 1, 2]);
    expect((await call('GET', '/logs?limit=1')).body).toMatchObject({ next: expect.any(String) });
  });

  it('is narrowed to a publication, a subscription and a level', async () => {
    const publication = (await publishTo('hook')).body;
    const subscription = (await generate('ticks')).body;
    line(3, { appId: app.id, n: 1, publication: 'hook', subscriptionId: subscription.id });
    line(2, { appId: app.id, n: 2, publication: 'other', subscription: 'ticks' }, 'WARN');
    line(1, { appId: app.id, n: 3 }, 'ERROR');
    expect(await numbers(`?publication=${publication.id}`)).toEqual([1]);
    expect(await numbers('?subscription=ticks')).toEqual([1, 2]);
    expect(await numbers('?level=WARN')).toEqual([2, 3]);
  });

  it('of what is not there, or of a level that is none, is refused', async () => {
    expectProblem(await call('GET', '/logs?publication=none'), 404, 'not-found');
    expectProblem(await call('GET', '/logs?subscription=none'), 404, 'not-found');
    expectProblem(await call('GET', '/logs?level=LOUD'), 400, 'invalid-request', /level/);
    expectProblem(
      await call('GET', '/logs?from=2020-01-01T00:00:00Z'),
      422,
      'unprocessable',
      /at most 7 days/,
    );
  });
});
