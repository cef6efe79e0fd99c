import { createHash, createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { OAuthAnswer, OAuthHttp } from './http.ts';
import { authorizeUrl, newProofKey, readPrivateKey, TokenClient } from './token-client.ts';

/** The far side of the network: gives scripted answers and records the requests. */
class ScriptedHttp implements OAuthHttp {
  readonly posts: { readonly url: string; readonly form: { readonly [name: string]: string } }[] = [];
  readonly #answers: OAuthAnswer[];
  constructor(...answers: OAuthAnswer[]) {
    this.#answers = answers;
  }
  async post(url: string, form: { readonly [name: string]: string }): Promise<OAuthAnswer> {
    this.posts.push({ url, form });
    const answer = this.#answers.shift();
    if (answer === undefined) throw new Error('asked more often than expected');
    return answer;
  }
}

const NOW_MS = Date.parse('2026-11-23T10:00:00Z');
const CLIENT = { loginUrl: 'https://acme.my.salesforce.com', clientId: 'client', clientSecret: 'secret' };
const GRANTED = answer(200, {
  access_token: '00D000000000001!token',
  instance_url: 'https://acme.my.salesforce.com',
  id: 'https://login.salesforce.com/id/00D000000000001AAA/005000000000001AAA',
  token_type: 'Bearer',
});

function answer(status: number, body: unknown, serverTimeMs: number | undefined = NOW_MS): OAuthAnswer {
  return {
    kind: 'answer',
    status,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    serverTimeMs,
  };
}
function refusal(error: string, error_description = ''): OAuthAnswer {
  return answer(400, { error, error_description });
}
function client(http: ScriptedHttp): TokenClient {
  return new TokenClient(http, () => NOW_MS);
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

function claimsOf(assertion: string): { readonly [claim: string]: unknown } {
  const [header = '', claims = '', signature = ''] = assertion.split('.');
  const verified = createVerify('RSA-SHA256')
    .update(`${header}.${claims}`)
    .verify(publicKey, Buffer.from(signature, 'base64url'));
  expect(verified).toBe(true);
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'RS256' });
  return JSON.parse(Buffer.from(claims, 'base64url').toString());
}

describe('the authorize URL', () => {
  it('asks for a code with state and an S256 challenge, and for all scopes that the app has', () => {
    const proof = newProofKey();
    expect(proof.verifier).toMatch(/^[\w-]{64}$/);
    expect(proof.challenge).toBe(createHash('sha256').update(proof.verifier).digest('base64url'));
    const url = new URL(authorizeUrl(CLIENT, 'https://x.example/cb', 'a b&c', proof.challenge));
    expect(url.origin + url.pathname).toBe('https://acme.my.salesforce.com/services/oauth2/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'client',
      redirect_uri: 'https://x.example/cb',
      state: 'a b&c',
      code_challenge: proof.challenge,
      code_challenge_method: 'S256',
    });
  });
});

describe('a token request', () => {
  it('gives the token with org and user', async () => {
    const http = new ScriptedHttp(GRANTED);
    expect(await client(http).refresh(CLIENT, 'refresh')).toEqual({
      kind: 'issued',
      token: {
        accessToken: '00D000000000001!token',
        refreshToken: undefined,
        instanceUrl: 'https://acme.my.salesforce.com',
        orgId: '00D000000000001AAA',
        userId: '005000000000001AAA',
      },
    });
    expect(http.posts).toEqual([
      {
        url: 'https://acme.my.salesforce.com/services/oauth2/token',
        form: {
          grant_type: 'refresh_token',
          refresh_token: 'refresh',
          client_id: 'client',
          client_secret: 'secret',
        },
      },
    ]);
  });

  it.each([
    [refusal('invalid_grant', 'expired access/refresh token'), 'dead', 'refresh-token-expired'],
    [refusal('invalid_grant', 'expired authorization code'), 'dead', 'authorization-code-expired'],
    [refusal('invalid_grant', "user hasn't approved this consumer"), 'config', 'user-not-approved'],
    [refusal('invalid_grant', 'authentication failure'), 'dead', 'authentication-failed'],
    [refusal('invalid_grant', 'ip restricted'), 'config', 'login-restricted'],
    [refusal('invalid_grant', 'Data Not Available'), 'dead', 'org-gone'],
    [refusal('inactive_user', 'user is inactive'), 'config', 'user-inactive'],
    [refusal('inactive_org', 'organization has been locked'), 'config', 'org-inactive'],
    [refusal('invalid_client_id', 'client identifier invalid'), 'config', 'unknown-client'],
    [refusal('invalid_client', 'invalid client credentials'), 'config', 'invalid-client'],
    [refusal('invalid_client', 'app must be installed into org'), 'config', 'app-not-installed'],
    [refusal('redirect_uri_mismatch', 'x'), 'config', 'redirect-uri-mismatch'],
    [refusal('rate_limit_exceeded', 'login rate exceeded'), 'transient', 'rate-limited'],
    [refusal('unknown_error', 'retry your request'), 'transient', 'unknown-error'],
    [refusal('something_new', 'x'), 'transient', 'unknown-error'],
    [answer(401, { error: 'invalid_client' }), 'config', 'invalid-client'],
    // From a gateway: none of these says anything about the grant.
    [answer(503, { error: 'invalid_grant' }), 'transient', 'http-503'],
    [answer(403, { error: 'invalid_grant', error_description: 'expired' }), 'transient', 'http-403'],
    [answer(403, { error: 'access_denied' }), 'transient', 'http-403'],
    [answer(400, { error: 'access_denied' }), 'transient', 'unknown-error'],
    [answer(403, { message: 'Forbidden' }), 'transient', 'http-403'],
    [answer(404, { error: 'invalid_client_id' }), 'transient', 'http-404'],
    [answer(404, { error_description: 'Data Not Available', error: 'not_found' }), 'transient', 'http-404'],
    [answer(429, { error: 'inactive_user' }), 'transient', 'http-429'],
    [answer(500, '<html>'), 'transient', 'login-no-json'],
    [answer(302, ''), 'transient', 'login-no-json'],
    [answer(200, { access_token: 'x' }), 'transient', 'token-incomplete'],
    [{ kind: 'no-answer', message: 'ECONNREFUSED' }, 'transient', 'login-unreachable'],
  ] as const)('that is answered %o is %s: %s', async (given, failureClass, id) => {
    const result = await client(new ScriptedHttp(given)).refresh(CLIENT, 'the-refresh-token');
    expect(result).toMatchObject({ kind: 'failed', failure: { class: failureClass, id } });
    expect(JSON.stringify(result)).not.toMatch(/the-refresh-token|secret"/);
  });
});

describe('JWT bearer', () => {
  const jwt = (http: ScriptedHttp, loginUrl: string) =>
    client(http).jwtBearer({ ...CLIENT, loginUrl }, 'ada@example.com', privateKey);

  it('signs who, for whom and until when', async () => {
    const http = new ScriptedHttp(GRANTED);
    expect((await jwt(http, 'https://test.salesforce.com')).kind).toBe('issued');
    expect(claimsOf(http.posts[0]!.form['assertion']!)).toEqual({
      iss: 'client',
      sub: 'ada@example.com',
      aud: 'https://test.salesforce.com',
      exp: NOW_MS / 1_000 + 180,
    });
    expect(http.posts[0]!.form['client_id']).toBeUndefined();
  });

  it('is made once more by the clock of Salesforce when ours is off', async () => {
    const http = new ScriptedHttp(
      answer(400, { error: 'invalid_grant', error_description: 'expired' }, NOW_MS + 600_000),
      GRANTED,
    );
    expect((await jwt(http, 'https://login.salesforce.com')).kind).toBe('issued');
    expect(claimsOf(http.posts[1]!.form['assertion']!)['exp']).toBe((NOW_MS + 600_000) / 1_000 + 180);
  });

  it.each([
    ['https://acme.my.salesforce.com', 'https://login.salesforce.com'],
    ['https://acme--dev.sandbox.my.salesforce.com', 'https://test.salesforce.com'],
  ])('of %s is first for %s, then for itself', async (loginUrl, shared) => {
    const http = new ScriptedHttp(refusal('invalid_grant', 'Audience validation failed'), GRANTED);
    expect((await jwt(http, loginUrl)).kind).toBe('issued');
    expect(http.posts.map(({ form }) => claimsOf(form['assertion']!)['aud'])).toEqual([shared, loginUrl]);
  });

  it.each([
    [refusal('invalid_grant', 'something of the org'), 'config', 'login-refused'],
    [refusal('invalid_grant', 'authentication failure'), 'config', 'authentication-failed'],
    [refusal('invalid_grant', 'Data Not Available'), 'dead', 'org-gone'],
  ] as const)(
    'that is answered %o is %s: it holds no grant that could end',
    async (given, failureClass, id) => {
      const asked = client(new ScriptedHttp(given, given));
      const expected = { kind: 'failed', failure: { class: failureClass, id } };
      expect(await asked.jwtBearer(CLIENT, 'ada@example.com', privateKey)).toMatchObject(expected);
      expect(await asked.clientCredentials(CLIENT)).toMatchObject(expected);
    },
  );

  it('takes RSA keys in PEM, and nothing else', () => {
    expect(readPrivateKey(String(privateKey.export({ type: 'pkcs8', format: 'pem' })))).toBeDefined();
    expect(readPrivateKey(String(privateKey.export({ type: 'pkcs1', format: 'pem' })))).toBeDefined();
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(readPrivateKey(String(elliptic.export({ type: 'pkcs8', format: 'pem' })))).toBeUndefined();
    expect(readPrivateKey(String(publicKey.export({ type: 'spki', format: 'pem' })))).toBeUndefined();
    expect(readPrivateKey('')).toBeUndefined();
  });
});
