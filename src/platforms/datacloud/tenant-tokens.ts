import { type Cache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import type { Timers } from '../../base/timers.ts';
import type { Authorization, SalesforceSession } from '../../domain/authorizations/authorization.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import { takeRefreshTurn } from '../../domain/authorizations/refresh-turn.ts';
import type { TokenSource } from '../../domain/authorizations/token-source.ts';
import type { SecretBox, SecretContext } from '../../domain/secret-box.ts';
import { checkOrgUrl } from '../outbound/org-url.ts';
import { errorDetail, type Http, type HttpAnswer, jsonFields } from './http.ts';

export interface TenantTokenPorts {
  readonly authorizations: AuthorizationStore;
  /** Access tokens of the orgs. */
  readonly tokens: TokenSource;
  readonly secrets: SecretBox;
  readonly http: Http;
  readonly allowLoopback: boolean;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** What a request to an org's Data Cloud needs. Never logged. */
export interface TenantSession {
  readonly token: string;
  /** Origin of the tenant's endpoint. */
  readonly tenantUrl: string;
}

export type TenantSessionResult =
  | { readonly kind: 'session'; readonly session: TenantSession }
  | {
      readonly kind: 'failed';
      readonly errorId: string;
      readonly message: string;
      readonly retryAfterMs?: number | undefined;
    };

type Failed = Extract<TenantSessionResult, { kind: 'failed' }>;

const AUTHORIZATION_GONE: Failed = {
  kind: 'failed',
  errorId: 'authorization-gone',
  message: 'The authorization was removed',
};

const EXCHANGE_TIMEOUT_MS = 10_000;
/** Longer than an exchange takes: two exchanges with a renewal of the org's token in between, and the writes. */
const LOCK_MS = 45_000;
/** `deliver` has one minute for a whole attempt. */
const LOCK_WAIT_MS_MAX = 10_000;
/** A token is renewed before it expires, because it must still be valid when it arrives. */
const RENEWED_BEFORE_MS = 5 * 60_000;
/** The assumed lifetime of a token that states none; the sample in the documentation lives two hours. */
const LIFE_MS_DEFAULT = 3_600_000;
/** The longest time for which a process uses a token without noticing that its authorization was removed. */
const CACHED_MS = 5 * 60_000;
const SESSIONS_MAX = 5_000;
/** How long a failure is cached for all callers in this process. */
const FAILURE_MS = 5_000;
/** Attempts to write to a store that others write at the same time. */
const STORE_TRIES_MAX = 3;
/** The most that KMS encrypts at once. A longer token stays in the process only. */
const TOKEN_STORED_BYTES_MAX = 4_096;

/**
 * Tokens for the Data Cloud of orgs, each exchanged for an org token. They are stored with the authorization, so that
 * all processes share one token and only one process renews it.
 */
export class TenantTokens {
  readonly #ports: TenantTokenPorts;
  readonly #sessions: Cache<{
    readonly appId: string;
    readonly session: TenantSession;
    readonly untilMs: number;
  }>;
  readonly #failures: Cache<Failed>;
  readonly #underWay = new Map<string, Promise<TenantSessionResult>>();

  constructor(ports: TenantTokenPorts) {
    this.#ports = ports;
    this.#sessions = makeCache(SESSIONS_MAX, { clock: ports.clock, ageMsMax: CACHED_MS });
    this.#failures = makeCache(SESSIONS_MAX, { clock: ports.clock, ageMsMax: FAILURE_MS });
  }

  /** @param refusedToken a token that Data Cloud just refused and that must not be returned again */
  session(appId: string, authorizationId: string, refusedToken?: string): Promise<TenantSessionResult> {
    const nowMs = this.#ports.clock.now();
    const cached = this.#sessions.get(authorizationId);
    if (cached?.appId === appId && cached.untilMs > nowMs && cached.session.token !== refusedToken) {
      return Promise.resolve({ kind: 'session', session: cached.session });
    }
    const failed = this.#failures.get(`${appId} ${authorizationId}`);
    if (failed !== undefined) return Promise.resolve(failed);
    const key = `${appId} ${authorizationId} ${refusedToken ?? ''}`;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const obtaining = this.#obtain(appId, authorizationId, refusedToken).finally(() =>
      this.#underWay.delete(key),
    );
    this.#underWay.set(key, obtaining);
    return obtaining;
  }

  async #obtain(
    appId: string,
    authorizationId: string,
    refusedToken: string | undefined,
  ): Promise<TenantSessionResult> {
    const result = await takeRefreshTurn<TenantSessionResult>(this.#ports, {
      appId,
      // Separate from the lock of the org's token, which is renewed meanwhile.
      lock: `${authorizationId}/data-cloud`,
      lockMs: LOCK_MS,
      waitMsMax: LOCK_WAIT_MS_MAX,
      settled: async () => {
        const authorization = await this.#ports.authorizations.get(appId, authorizationId);
        if (authorization === undefined) return AUTHORIZATION_GONE;
        const session = await this.#stored(authorization, refusedToken);
        return session === undefined ? undefined : { kind: 'session', session };
      },
      renew: () => this.#exchangeLocked(appId, authorizationId, refusedToken),
    });
    return (
      result ??
      failed(
        'token-under-way',
        'Another process has been getting the token for Data Cloud for long; it will be tried again',
      )
    );
  }

  /** The token stored with the authorization, if it is still valid. */
  async #stored(
    authorization: Authorization,
    refusedToken: string | undefined,
  ): Promise<TenantSession | undefined> {
    const { secrets, clock } = this.#ports;
    const { dataCloud, secrets: sealed } = authorization;
    if (dataCloud === undefined || sealed.dataCloudToken === undefined) return undefined;
    if (dataCloud.boundTo !== boundTo(authorization) || dataCloud.untilMs <= clock.now()) return undefined;
    const token = await secrets.decrypt(sealed.dataCloudToken, contextOf(authorization));
    if (token === refusedToken) return undefined;
    const session = { token, tenantUrl: dataCloud.tenantUrl };
    this.#sessions.set(authorization.id, { appId: authorization.appId, session, untilMs: dataCloud.untilMs });
    return session;
  }

  async #exchangeLocked(
    appId: string,
    authorizationId: string,
    refusedToken: string | undefined,
  ): Promise<TenantSessionResult> {
    const { authorizations } = this.#ports;
    const authorization = await authorizations.get(appId, authorizationId);
    if (authorization === undefined) return AUTHORIZATION_GONE;
    // The previous holder of the lock may have obtained one.
    const stored = await this.#stored(authorization, refusedToken);
    if (stored !== undefined) return { kind: 'session', session: stored };
    const exchanged = await this.#exchange(authorization);
    if (exchanged.kind === 'failed') {
      this.#failures.set(`${appId} ${authorizationId}`, exchanged);
      return exchanged;
    }
    const { session, untilMs } = exchanged;
    this.#sessions.set(authorizationId, { appId, session, untilMs });
    await this.#store(appId, authorizationId, session, untilMs);
    return { kind: 'session', session };
  }

  async #exchange(
    authorization: Authorization,
  ): Promise<
    { readonly kind: 'exchanged'; readonly session: TenantSession; readonly untilMs: number } | Failed
  > {
    const { tokens } = this.#ports;
    const { appId, id } = authorization;
    const first = await tokens.session(appId, id);
    if (first.kind !== 'session') return withoutOrgToken(first);
    let answer = await this.#ask(appId, first.session);
    if (answer.kind === 'answer' && isTokenRefused(answer)) {
      const second = await tokens.session(appId, id, { refusedToken: first.session.accessToken });
      if (second.kind !== 'session') return withoutOrgToken(second);
      answer = await this.#ask(appId, second.session);
    }
    return this.#read(answer, authorization);
  }

  #ask(appId: string, { instanceUrl, accessToken }: SalesforceSession): Promise<HttpAnswer> {
    return this.#ports.http({
      appId,
      method: 'POST',
      url: `${instanceUrl}/services/a360/token`,
      body: new URLSearchParams({
        grant_type: 'urn:salesforce:grant-type:external:cdp',
        subject_token: accessToken,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      }),
      timeoutMs: EXCHANGE_TIMEOUT_MS,
    });
  }

  #read(
    answer: HttpAnswer,
    { alias, insecure }: Authorization,
  ): { readonly kind: 'exchanged'; readonly session: TenantSession; readonly untilMs: number } | Failed {
    const { allowLoopback, clock } = this.#ports;
    if (answer.kind === 'no-answer') {
      return failed(
        'token-exchange-unavailable',
        `Salesforce gave no token for Data Cloud: ${answer.message}`,
      );
    }
    const { status, body, retryAfterMs } = answer;
    const fields = jsonFields(body);
    if (status < 200 || status >= 300) return refusedExchange(alias, status, body, retryAfterMs);
    const { access_token: token, instance_url: instance, expires_in: seconds } = fields;
    if (typeof token !== 'string' || !HEADER_VALUE.test(token) || typeof instance !== 'string') {
      return failed(
        'token-exchange-unreadable',
        'Salesforce answered the request of a token for Data Cloud without a token',
      );
    }
    // According to Salesforce's own driver, the answer is a bare host.
    const url = insecure && !instance.includes('://') ? `http://${instance}` : instance;
    const checked = checkOrgUrl(url, { insecure, allowLoopback });
    if (!checked.ok) {
      return failed(
        'tenant-url',
        `Salesforce named a tenant of Data Cloud that is not to be trusted: ${checked.message}`,
      );
    }
    const lifeMs = typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : LIFE_MS_DEFAULT;
    return {
      kind: 'exchanged',
      session: { token, tenantUrl: checked.value },
      // A token with a short lifetime is used for the first half of it.
      untilMs: clock.now() + Math.max(lifeMs - RENEWED_BEFORE_MS, lifeMs / 2),
    };
  }

  /**
   * Stores the token for the other processes. A failure here revokes nothing at Salesforce: the others then obtain a
   * token of their own.
   */
  async #store(
    appId: string,
    authorizationId: string,
    session: TenantSession,
    untilMs: number,
  ): Promise<void> {
    const { authorizations, secrets } = this.#ports;
    if (Buffer.byteLength(session.token) > TOKEN_STORED_BYTES_MAX) return;
    for (let tries = 0; tries < STORE_TRIES_MAX; tries += 1) {
      const current = await authorizations.get(appId, authorizationId);
      if (current === undefined) return;
      const outcome = await authorizations.update({
        ...current,
        secrets: {
          ...current.secrets,
          dataCloudToken: await secrets.encrypt(session.token, contextOf(current)),
        },
        dataCloud: { tenantUrl: session.tenantUrl, untilMs, boundTo: boundTo(current) },
      });
      if (outcome !== 'changed') return;
    }
  }
}

function contextOf({ appId, id }: Authorization): SecretContext {
  return { appId, resourceId: id, secret: 'dataCloudToken' };
}

/**
 * A token belongs to the org and the user whose token it was exchanged for, and to the app that made it. An org that
 * was moved has another tenant.
 */
function boundTo({ orgId = '', userId = '', clientId, instanceUrl = '' }: Authorization): string {
  return `${orgId} ${userId} ${clientId} ${instanceUrl}`;
}

const HEADER_VALUE = /^[\x21-\x7e]+$/;

function isTokenRefused({ status, body }: Extract<HttpAnswer, { kind: 'answer' }>): boolean {
  const { error } = jsonFields(body);
  return status === 401 || (status === 400 && (error === 'invalid_grant' || error === 'invalid_token'));
}

function withoutOrgToken(
  result: Exclude<Awaited<ReturnType<TokenSource['session']>>, { kind: 'session' }>,
): Failed {
  if (result.kind === 'gone') return AUTHORIZATION_GONE;
  return failed(result.reason.id, result.reason.message);
}

function refusedExchange(
  alias: string,
  status: number,
  body: string,
  retryAfterMs: number | undefined,
): Failed {
  const { error } = jsonFields(body);
  const found = `${status}${errorDetail(body)}`;
  if (error === 'invalid_scope') {
    return failed(
      'data-cloud-scope',
      `Salesforce gave no token for Data Cloud (${found}): give the app the scope cdp_ingest_api, take "JWT-based access tokens for named users" off it, and authorize ${alias} again by events:authorizations:salesforce:update`,
    );
  }
  // Salesforce's own driver has seen "unknown_error: retry your request".
  if (status === 429 || status >= 500 || error === 'unknown_error') {
    return {
      ...failed('token-exchange-unavailable', `Salesforce gave no token for Data Cloud: ${found}`),
      retryAfterMs,
    };
  }
  return failed(
    'token-exchange-refused',
    `Salesforce gave no token for Data Cloud (${found}): check that the org has Data Cloud, that the authorized user has a permission set of it, and that the app has the scope cdp_ingest_api`,
  );
}

function failed(errorId: string, message: string): Failed {
  return { kind: 'failed', errorId, message };
}
