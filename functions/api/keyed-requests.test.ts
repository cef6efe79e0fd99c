import { beforeEach, describe, expect, it } from 'vitest';
import { IDEMPOTENCY_KEY_LENGTH_MAX } from '../../src/domain/apps/idempotency-key.ts';
import { ANSWER_KEPT_MS, BUSY_MS } from '../../src/management/keyed-requests/answer-once.ts';
import { type ApiAnswer, overridden } from '../../test/support/api-under-test.ts';
import {
  api,
  call,
  expectProblem,
  generate,
  newApp,
  openApi,
  openApp,
  openShop,
  owned,
} from '../../test/support/shop.ts';

beforeEach(openShop);

const PUBLICATION = { name: 'hook', url: 'https://example.com/hooks' };

function publish(key: string, body: object = PUBLICATION, token?: string): Promise<ApiAnswer> {
  return call('POST', '/platforms/webhook/publications', body, {
    headers: { 'idempotency-key': key },
    ...(token !== undefined && { token }),
  });
}

describe('a request with an Idempotency-Key', () => {
  it('is answered the same again, and done once', async () => {
    const first = await publish('k-1');
    expect(first.status).toBe(201);
    expect(first.headers).not.toHaveProperty('idempotent-replayed');
    const again = await publish('k-1');
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    // Includes the secret that is shown only at creation, because the first answer may never have arrived.
    expect(again.body.signing_secret).toMatch(/^whsec_/);
    expect((await owned()).publications).toHaveLength(1);
  });

  it('may repeat what has been deleted since, and makes nothing', async () => {
    await publish('k-1');
    await call('DELETE', '/publications/hook');
    expect((await publish('k-1')).status).toBe(201);
    expect((await owned()).publications).toEqual([]);
  });

  it('keeps no secret in the clear', async () => {
    const written: unknown[] = [];
    openApi({
      replaced: ({ keyedRequests }) => ({
        keyedRequests: overridden(keyedRequests, {
          finish(request) {
            written.push(request);
            return keyedRequests.finish(request);
          },
        }),
      }),
    });
    await openApp('shop');
    const { body } = await publish('k-1');
    expect(written).toHaveLength(1);
    expect(JSON.stringify(written)).not.toContain(body.signing_secret);
    expect(JSON.stringify(written)).not.toContain('example.com');
    expect(JSON.stringify(api.logged)).not.toContain(body.signing_secret);
  });

  it('is another request on another path, in another app, and with other rights', async () => {
    await generate('ticks');
    const key = { headers: { 'idempotency-key': 'k-1' } };
    expect((await publish('k-1')).status).toBe(201);
    const link = { source: 'ticks', target: 'hook' };
    expect((await call('POST', '/streams', link, key)).status).toBe(201);
    const asAdmin = await publish('k-1', PUBLICATION, api.adminToken);
    expectProblem(asAdmin, 409, 'name-taken');
    const other = await newApp('other');
    const elsewhere = await api.call('POST', `/v1/tenants/${other.id}/platforms/webhook/publications`, {
      token: other.token,
      body: PUBLICATION,
      ...key,
    });
    expect(elsewhere.status).toBe(201);
    expect(elsewhere.headers).not.toHaveProperty('idempotent-replayed');
  });

  it('of the installation works as well', async () => {
    const create = () =>
      api.call('POST', '/v1/apps', { body: { name: 'new' }, headers: { 'idempotency-key': 'k-1' } });
    const first = await create();
    expect((await create()).body).toEqual(first.body);
  });

  it('with other contents is refused', async () => {
    await publish('k-1');
    const other = await publish('k-1', { ...PUBLICATION, name: 'other' });
    expectProblem(other, 422, 'unprocessable', /expected a new key for a new request/);
    expect((await owned()).publications).toHaveLength(1);
  });

  it('that was refused may come again, put right', async () => {
    expectProblem(await publish('k-1', { ...PUBLICATION, name: 'a b' }), 422, 'invalid-name');
    expect((await publish('k-1')).status).toBe(201);
  });

  it('that failed on our side may come again', async () => {
    let fails = true;
    openApi({
      replaced: ({ publications }) => ({
        publications: overridden(publications, {
          async create(publication) {
            if (!fails) return publications.create(publication);
            fails = false;
            throw new Error('the table does not answer');
          },
        }),
      }),
    });
    await openApp('shop');
    expectProblem(await publish('k-1'), 500, 'internal-error');
    expect((await publish('k-1')).status).toBe(201);
  });

  it('that comes while the first is at work changes nothing', async () => {
    const answers = await Promise.all([publish('k-1'), publish('k-1'), publish('k-1')]);
    const made = answers.filter(({ status }) => status === 201);
    for (const refused of answers.filter(({ status }) => status !== 201)) {
      expectProblem(refused, 409, 'try-again', /still at work/);
    }
    expect(made.length).toBeGreaterThan(0);
    expect((await owned()).publications).toHaveLength(1);
  });

  it('whose first try died runs again', async () => {
    let dies = true;
    openApi({
      replaced: ({ keyedRequests }) => ({
        keyedRequests: overridden(keyedRequests, {
          // The process dies before it does anything, and cannot clean up.
          async begin(request, nowMs) {
            const begun = await keyedRequests.begin(request, nowMs);
            if (dies) throw new Error('killed');
            return begun;
          },
        }),
      }),
    });
    await openApp('shop');
    expectProblem(await publish('k-1'), 500, 'internal-error');
    dies = false;
    expectProblem(await publish('k-1'), 409, 'try-again');
    api.clock.advance(BUSY_MS);
    expect((await publish('k-1')).status).toBe(201);
  });

  it('is forgotten after a day', async () => {
    await publish('k-1');
    api.clock.advance(ANSWER_KEPT_MS);
    expectProblem(await publish('k-1'), 409, 'name-taken');
  });

  it.each([
    ['', 'nothing'],
    ['ü', 'a letter beyond ASCII'],
    ['a\tb', 'a tab'],
    ['k'.repeat(IDEMPOTENCY_KEY_LENGTH_MAX + 1), 'too many characters'],
  ])('%# is refused when its key is %s (%s)', async (key) => {
    expectProblem(await publish(key), 400, 'invalid-request', /expected an Idempotency-Key of 1 to/);
    expect((await owned()).publications).toEqual([]);
  });

  it('that changes or reads needs none, and may have one', async () => {
    await publish('k-1');
    const key = { headers: { 'idempotency-key': 'k-1' } };
    expect((await call('GET', '/publications/hook', undefined, key)).status).toBe(200);
    expect((await call('PATCH', '/publications/hook', { paused: true }, key)).body.state).toBe('paused');
    expect((await call('PATCH', '/publications/hook', { paused: false }, key)).body.state).toBe('active');
  });
});
