import { beforeEach, describe, expect, it } from 'vitest';
import { aDelivery } from '../../../test/support/records.ts';
import {
  api,
  app,
  call,
  everyRouteIsAnswered,
  expectProblem,
  openShop,
  publishTo,
} from '../../../test/support/shop.ts';
import { REDRIVE_ROUTES } from './redrives.ts';

beforeEach(openShop);
everyRouteIsAnswered(REDRIVE_ROUTES);

let publicationId: string;
beforeEach(async () => {
  publicationId = (await publishTo('hook')).body.id;
});

async function failed(more: Parameters<typeof aDelivery>[0] = {}) {
  const delivery = aDelivery({
    appId: app.id,
    publicationId,
    publicationName: 'hook',
    status: 'exhausted',
    createdAtMs: api.clock.now() - 10_000,
    updatedAtMs: api.clock.now() - 5_000,
    ...more,
  });
  await api.stores.deliveries.create(
    delivery,
    '{"specversion":"1.0","id":"e","source":"/x","type":"t","data":1}',
  );
  return delivery;
}

describe('a redrive', () => {
  it('retries what matches, and its record says what was done and by whom', async () => {
    const wanted = await failed({ attempts: [{ atMs: 0, durationMs: 1, status: 503, errorId: 'http-503' }] });
    await failed({ attempts: [{ atMs: 0, durationMs: 1, status: 400, errorId: 'http-400' }] });
    const started = await call('POST', '/redrives', {
      action: 'retry',
      filter: { publication: 'hook', http_status: 503 },
      rate: 10,
    });
    expect(started.status).toBe(201);
    expect(started.body).toMatchObject({
      action: 'retry',
      state: 'done',
      filter: { status: ['rejected', 'exhausted'], publication: publicationId, http_status: 503 },
      rate: 10,
      done: 1,
      skipped: 0,
      scanned: 2,
    });
    expect(started.body.started_by).not.toBe('');
    expect((await call('GET', `/deliveries/${wanted.id}`)).body).toMatchObject({
      status: 'waiting',
      redrive: started.body.id,
      replayed_at: new Date(api.clock.now()).toISOString(),
    });
    expect((await call('GET', '/redrives')).body.redrives).toEqual([started.body]);
    expect((await call('GET', `/redrives/${started.body.id}`)).body).toEqual(started.body);
  });

  it('is paused, resumed and stopped, and an ended one is not', async () => {
    for (let index = 0; index < 120; index += 1) await failed();
    const { body: slow } = await call('POST', '/redrives', { action: 'retry', filter: {}, rate: 1 });
    expect(slow).toMatchObject({ state: 'running', done: 90 });
    const path = `/redrives/${slow.id}`;
    expect((await call('PATCH', path, { paused: true })).body.state).toBe('paused');
    expect((await call('PATCH', path, { paused: false })).body.state).toBe('running');
    expect((await call('DELETE', path)).body).toMatchObject({ state: 'stopped', done: 90 });
    expectProblem(await call('PATCH', path, { paused: false }), 409, 'already-ended', /start another/);
    expectProblem(await call('DELETE', path), 409, 'already-ended');
  });

  it.each([
    [{ action: 'retry', filter: { publication: 'none' } }, 404, 'not-found', /publication/],
    [{ action: 'retry', filter: { subscription: 'none' } }, 404, 'not-found', /subscription/],
    [{ action: 'retry', filter: {}, rate: 0 }, 400, 'invalid-request', /"rate"/],
    [{ action: 'retry', filter: { http_status: 99 } }, 400, 'invalid-request', /http_status/],
    [{ action: 'retry', filter: { since: '2h' } }, 400, 'invalid-request', /unknown field/],
    [{ action: 'retry', filter: { from: '31 February' } }, 400, 'invalid-request', /"from" to be a time/],
    [{ action: 'retry', filter: { status: [] } }, 400, 'invalid-request', /at least 1/],
    [{ action: 'forget', filter: {} }, 400, 'invalid-request', /"action"/],
    [{ action: 'retry' }, 400, 'invalid-request', /"filter" to be given/],
    [
      { action: 'discard', filter: { status: ['delivered', 'parked'] } },
      422,
      'unprocessable',
      /found delivered/,
    ],
  ])('of %j is refused', async (body, status, id, message) => {
    expectProblem(await call('POST', '/redrives', body), status, id, message);
    expect((await call('GET', '/redrives')).body.redrives).toEqual([]);
  });

  it('to a publication that is paused is refused, and says what to do', async () => {
    await failed();
    await call('PATCH', '/publications/hook', { paused: true });
    const refused = await call('POST', '/redrives', { action: 'retry', filter: { publication: 'hook' } });
    expectProblem(refused, 409, 'publication-not-active', /found it paused: resume it first/);
  });

  it('is one of five that an app may have under way', async () => {
    for (let index = 0; index < 100; index += 1) await failed();
    for (let index = 0; index < 5; index += 1) {
      const started = await call('POST', '/redrives', { action: 'retry', filter: {}, rate: 1 });
      await call('PATCH', `/redrives/${started.body.id}`, { paused: true });
      for (let more = 0; more < 100; more += 1) await failed({ updatedAtMs: api.clock.now() });
    }
    expectProblem(await call('POST', '/redrives', { action: 'retry', filter: {} }), 409, 'limit-reached');
  });

  it('is forgotten a month after its end', async () => {
    const { body: old } = await call('POST', '/redrives', { action: 'retry', filter: {} });
    api.clock.advance(31 * 86_400_000);
    const { body: fresh } = await call('POST', '/redrives', { action: 'discard', filter: {} });
    expect((await call('GET', '/redrives')).body.redrives).toEqual([fresh]);
    expectProblem(await call('GET', `/redrives/${old.id}`), 404, 'not-found', /events:redrives/);
  });
});
