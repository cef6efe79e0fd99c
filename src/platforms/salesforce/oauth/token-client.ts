import { createHash, createPrivateKey, createSign, type KeyObject } from 'node:crypto';
import { randomText } from '../../../base/ids.ts';
import { isJsonObject } from '../../../base/json.ts';
import type { OAuthAnswer, OAuthHttp } from './http.ts';
import { classifyLoginError, classifyOAuthError, type TokenFailure } from './token-failure.ts';

/** What Salesforce issues for a grant. Never logged. */
export interface IssuedToken {
  readonly accessToken: string;
  /** Present at the first exchange, and at each renewal if the app rotates refresh tokens. */
  readonly refreshToken: string | undefined;
  readonly instanceUrl: string;
  readonly orgId: string;
  readonly userId: string;
}

export type TokenAnswer =
  | { readonly kind: 'issued'; readonly token: IssuedToken }
  | { readonly kind: 'failed'; readonly failure: TokenFailure };

export interface ClientIdentity {
  /** Without a trailing slash. */
  readonly loginUrl: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
}

/** Salesforce accepts an assertion of at most five minutes; three leave room for a clock that is slow. */
const ASSERTION_LIFE_SECONDS = 180;
/** RFC 7636 allows 43 to 128 characters; 48 bytes give 64. */
const VERIFIER_BYTES = 48;

export interface ProofKey {
  readonly verifier: string;
  readonly challenge: string;
}

export function newProofKey(): ProofKey {
  const verifier = randomText(VERIFIER_BYTES);
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/**
 * Requests no scopes by name: all scopes of the app are granted, and its owner decides whether they include Data
 * Cloud's.
 */
export function authorizeUrl(
  client: ClientIdentity,
  redirectUri: string,
  state: string,
  challenge: string,
): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  return `${client.loginUrl}/services/oauth2/authorize?${query.toString()}`;
}

/** Undefined if the text is not a private key that can sign RS256. */
export function readPrivateKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The OAuth token endpoint, flow by flow. */
export class TokenClient {
  readonly #http: OAuthHttp;
  readonly #now: () => number;

  constructor(http: OAuthHttp, now: () => number) {
    this.#http = http;
    this.#now = now;
  }

  async exchangeCode(
    client: ClientIdentity,
    code: string,
    redirectUri: string,
    verifier: string,
  ): Promise<TokenAnswer> {
    const answer = await this.#post(client, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });
    return readAnswer(answer, classifyOAuthError);
  }

  async refresh(client: ClientIdentity, refreshToken: string): Promise<TokenAnswer> {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    return readAnswer(await this.#post(client, form), classifyOAuthError);
  }

  async clientCredentials(client: ClientIdentity): Promise<TokenAnswer> {
    return readAnswer(await this.#post(client, { grant_type: 'client_credentials' }), classifyLoginError);
  }

  /** JWT bearer: tries each audience that the login URL may stand for, until Salesforce recognises its own. */
  async jwtBearer(client: ClientIdentity, username: string, key: KeyObject): Promise<TokenAnswer> {
    let answer: TokenAnswer | undefined;
    for (const audience of audiencesOf(client.loginUrl)) {
      answer = await this.#jwtBearerFor(client, username, key, audience);
      if (answer.kind === 'issued' || answer.failure.id !== 'wrong-audience') return answer;
    }
    return answer ?? failed(classifyLoginError('invalid_grant', 'audience'));
  }

  /** If Salesforce refuses and its clock differs from ours, the assertion is made once more by its clock. */
  async #jwtBearerFor(
    client: ClientIdentity,
    username: string,
    key: KeyObject,
    audience: string,
  ): Promise<TokenAnswer> {
    const send = (nowMs: number) =>
      this.#post(client, {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: signAssertion(client.clientId, username, audience, key, nowMs),
      });
    const sentAtMs = this.#now();
    const answer = await send(sentAtMs);
    if (answer.kind === 'answer' && answer.status === 400 && answer.serverTimeMs !== undefined) {
      const skewMs = answer.serverTimeMs - sentAtMs;
      if (Math.abs(skewMs) > SKEW_WORTH_A_RETRY_MS)
        return readAnswer(await send(answer.serverTimeMs), classifyLoginError);
    }
    return readAnswer(answer, classifyLoginError);
  }

  /** Returns true if Salesforce accepted. Revokes a refresh token with its access tokens, or an access token alone. */
  async revoke(loginUrl: string, token: string): Promise<boolean> {
    const answer = await this.#http.post(`${loginUrl}/services/oauth2/revoke`, { token });
    return answer.kind === 'answer' && answer.status === 200;
  }

  #post(client: ClientIdentity, form: { readonly [name: string]: string }): Promise<OAuthAnswer> {
    return this.#http.post(`${client.loginUrl}/services/oauth2/token`, {
      ...form,
      ...(form['assertion'] === undefined ? { client_id: client.clientId } : {}),
      ...(client.clientSecret === undefined ? {} : { client_secret: client.clientSecret }),
    });
  }
}

/** A smaller difference comes from the network; a larger one is a clock error that matters. */
const SKEW_WORTH_A_RETRY_MS = 30_000;

function signAssertion(
  clientId: string,
  username: string,
  audience: string,
  key: KeyObject,
  nowMs: number,
): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(nowMs / 1_000) + ASSERTION_LIFE_SECONDS;
  const signed = `${encode({ alg: 'RS256' })}.${encode({ iss: clientId, sub: username, aud: audience, exp })}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key).toString('base64url')}`;
}

/** A My Domain does not say which of the shared login hosts it belongs to, nor whether it accepts its own name. */
function audiencesOf(loginUrl: string): readonly string[] {
  const { hostname } = new URL(loginUrl);
  if (hostname.endsWith('.sandbox.my.salesforce.com')) return ['https://test.salesforce.com', loginUrl];
  if (hostname.endsWith('.my.salesforce.com')) return ['https://login.salesforce.com', loginUrl];
  return [loginUrl];
}

/**
 * An OAuth error has one of these statuses (RFC 6749, section 5.2). A gateway or a failing server may use the same
 * words with another status: that is no verdict on the grant, which may not be replaceable.
 */
const OAUTH_ERROR_STATUSES: ReadonlySet<number> = new Set([400, 401]);

function readAnswer(answer: OAuthAnswer, classify: typeof classifyOAuthError): TokenAnswer {
  if (answer.kind === 'no-answer') {
    return failed({
      class: 'transient',
      id: 'login-unreachable',
      message: `The login URL could not be reached: ${answer.message}. Check its spelling, and that this installation may reach it`,
    });
  }
  const body = parseBody(answer.body);
  if (body === undefined) {
    return failed({
      class: 'transient',
      id: 'login-no-json',
      message: `The login URL answered ${answer.status} with something other than JSON: the org may be under maintenance, or its domain has moved`,
    });
  }
  if (answer.status === 200) return readToken(body);
  const error = textOf(body['error']);
  if (!OAUTH_ERROR_STATUSES.has(answer.status) || error === '') {
    return failed({
      class: 'transient',
      id: `http-${answer.status}`,
      message: `The login URL answered ${answer.status} and no OAuth error: Salesforce is in trouble at the moment, or a gateway answered in its place`,
    });
  }
  return failed(classify(error, textOf(body['error_description'])));
}

function readToken(body: { readonly [name: string]: unknown }): TokenAnswer {
  const accessToken = textOf(body['access_token']);
  const instanceUrl = textOf(body['instance_url']);
  const identity = /\/id\/(00D[A-Za-z0-9]{12,15})\/(005[A-Za-z0-9]{12,15})$/.exec(textOf(body['id']));
  if (accessToken === '' || instanceUrl === '' || identity?.[1] === undefined || identity[2] === undefined) {
    return failed({
      class: 'transient',
      id: 'token-incomplete',
      message:
        'The login URL answered without one of access_token, instance_url and id: it may not be that of a Salesforce org',
    });
  }
  const refreshToken = textOf(body['refresh_token']);
  return {
    kind: 'issued',
    token: {
      accessToken,
      refreshToken: refreshToken === '' ? undefined : refreshToken,
      instanceUrl,
      orgId: identity[1],
      userId: identity[2],
    },
  };
}

function failed(failure: TokenFailure): TokenAnswer {
  return { kind: 'failed', failure };
}

function parseBody(body: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : undefined;
  } catch {
    // For example a proxy's page. The caller recognises it by its status.
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
