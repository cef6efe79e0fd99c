import { describe, expect, it } from 'vitest';
import { anAuthorization } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { MemorySecretBox } from '../../adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { systemTimers } from '../../base/timers.ts';
import type { Authorization } from '../../domain/authorizations/authorization.ts';
import type { Http, HttpAnswer } from './http.ts';
import { TenantTokens } from './tenant-tokens.ts';

// Answers that a token endpoint may give but the simulated org never does. The store and the encryption are real.

const APP = 'b6f0c1de-6f9b-4b7e-9c0e-1d2f3a4b5c6d';

async function setUp(answer: object | HttpAnswer, given: Partial<Authorization> = {}) {
  const { authorizations } = makeMemoryStores();
  const authorization = anAuthorization({ appId: APP, alias: 'org', ...given });
  await authorizations.create(authorization);
  const clock = new TestClock();
  const calls: string[] = [];
  const state = { answer };
  const http: Http = async ({ url }) => {
    calls.push(url);
    if ('kind' in state.answer) return state.answer as HttpAnswer;
    return { kind: 'answer', status: 200, body: JSON.stringify(state.answer), retryAfterMs: undefined };
  };
  const tokens = new TenantTokens({
    authorizations,
    secrets: new MemorySecretBox(),
    http,
    allowLoopback: false,
    clock,
    timers: systemTimers,
    tokens: {
      session: async () => ({
        kind: 'session',
        session: {
          accessToken: 'org-token',
          instanceUrl: 'https://acme.my.salesforce.com',
          orgId: 'o',
          userId: 'u',
        },
      }),
    },
  });
  return {
    ask: () => tokens.session(APP, authorization.id),
    calls,
    clock,
    state,
    authorizations,
    authorization,
  };
}

describe('the tenant that a token is for', () => {
  it.each([
    ['acme.c360a.salesforce.com', 'https://acme.c360a.salesforce.com'],
    ['https://acme.c360a.salesforce.com/', 'https://acme.c360a.salesforce.com'],
  ])('%s is %s', async (instance, tenantUrl) => {
    const { ask, calls } = await setUp({ access_token: 'dc', instance_url: instance, expires_in: 7_193 });
    expect(await ask()).toEqual({ kind: 'session', session: { token: 'dc', tenantUrl } });
    expect(calls).toEqual(['https://acme.my.salesforce.com/services/a360/token']);
  });

  it.each([
    'evil.example.com',
    'http://acme.c360a.salesforce.com',
    'https://169.254.169.254',
    '127.0.0.1:80',
    'https://u:p@x.salesforce.com',
    'acme.salesforce.com.example.com',
  ])('%s gets no token', async (instance) => {
    const { ask } = await setUp({ access_token: 'dc', instance_url: instance, expires_in: 7_193 });
    const result = await ask();
    expect(result).toMatchObject({ kind: 'failed', errorId: 'tenant-url' });
    expect(JSON.stringify(result)).not.toMatch(/"dc"|org-token/);
  });
});

describe('an answer without a token', () => {
  it.each([
    ['none in it', { instance_url: 'acme.c360a.salesforce.com' }],
    ['one that no header carries', { access_token: 'a\nb', instance_url: 'acme.c360a.salesforce.com' }],
    ['no tenant', { access_token: 'dc' }],
  ])('(%s) is a failure', async (_what, answer) => {
    expect(await (await setUp(answer)).ask()).toMatchObject({
      kind: 'failed',
      errorId: 'token-exchange-unreadable',
    });
  });

  it('stands for five seconds, and costs one request', async () => {
    const { ask, calls, clock, state } = await setUp({ kind: 'no-answer', message: 'refused' });
    expect(await ask()).toMatchObject({ kind: 'failed', errorId: 'token-exchange-unavailable' });
    await ask();
    expect(calls).toHaveLength(1);
    state.answer = { access_token: 'dc', instance_url: 'acme.c360a.salesforce.com', expires_in: 60 };
    clock.advance(5_001);
    expect(await ask()).toMatchObject({ kind: 'session' });
  });
});

describe('a token', () => {
  it('is renewed before its end', async () => {
    const { ask, calls, clock } = await setUp({
      access_token: 'dc',
      instance_url: 'a.c360a.salesforce.com',
      expires_in: 7_193,
    });
    await ask();
    clock.advance(6_800_000);
    await ask();
    expect(calls).toHaveLength(1);
    clock.advance(200_000);
    await ask();
    expect(calls).toHaveLength(2);
  });

  it('is not used for an org that was authorized in the place of its own', async () => {
    const { ask, calls, clock, authorizations, authorization } = await setUp({
      access_token: 'dc',
      instance_url: 'a.c360a.salesforce.com',
      expires_in: 7_193,
    });
    await ask();
    const stored = await authorizations.get(APP, authorization.id);
    if (stored === undefined) throw new Error('expected the authorization');
    await authorizations.update({ ...stored, orgId: '00D000000000009AAA' });
    // A process notices it within five minutes.
    clock.advance(300_001);
    await ask();
    expect(calls).toHaveLength(2);
  });

  it('too long for the key is used, and not kept', async () => {
    const { ask, authorizations, authorization } = await setUp({
      access_token: 'x'.repeat(5_000),
      instance_url: 'a.c360a.salesforce.com',
    });
    expect(await ask()).toMatchObject({ kind: 'session' });
    expect((await authorizations.get(APP, authorization.id))?.dataCloud).toBeUndefined();
  });
});
