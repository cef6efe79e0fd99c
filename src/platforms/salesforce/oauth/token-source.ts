import { type Cache, makeCache } from '../../../base/cache.ts';
import type { Clock } from '../../../base/clock.ts';
import { isDue } from '../../../base/due.ts';
import type { Timers } from '../../../base/timers.ts';
import type { Announcements } from '../../../domain/announcements/announcement.ts';
import type {
  Authorization,
  AuthorizationReason,
  SalesforceSession,
} from '../../../domain/authorizations/authorization.ts';
import type { AuthorizationStore } from '../../../domain/authorizations/authorization-store.ts';
import { takeRefreshTurn } from '../../../domain/authorizations/refresh-turn.ts';
import type {
  SessionResult,
  TokenRenewer,
  TokenSource,
} from '../../../domain/authorizations/token-source.ts';
import type { SecretBox } from '../../../domain/secret-box.ts';
import type { Log } from '../../../telemetry/logger.ts';
import { checkOrgUrl } from '../../outbound/org-url.ts';
import { haveSameCredentials, type SecretName, secretContext, sessionOf, withIssuedToken } from './issued.ts';
import {
  type ClientIdentity,
  type IssuedToken,
  readPrivateKey,
  type TokenAnswer,
  type TokenClient,
} from './token-client.ts';
import type { TokenFailure } from './token-failure.ts';

export interface TokenSourcePorts {
  readonly authorizations: AuthorizationStore;
  readonly secrets: SecretBox;
  readonly tokens: TokenClient;
  readonly allowLoopback: boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly announcements: Announcements;
  readonly log: Log;
}

/** The longest time for which a process may miss that an authorization was removed. */
const SESSION_CACHED_MS = 5 * 60_000;
const SESSIONS_CACHED_MAX = 5_000;
/** Longer than a renewal can take: two token requests of 15 s and the writes. */
const REFRESH_LOCK_MS = 45_000;
/** After a failure, nobody asks Salesforce again for this time: many feeds share one authorization. */
const FAILURE_HELD_MS = 10_000;
/** The same after a failure that may pass quickly, such as a broken connection. */
export const PASSING_FAILURE_HELD_MS = 2_000;
/** How often the schedule retries a failing authorization, so that it recovers without being used. */
const FAILING_RETRY_MS = 10 * 60_000;
const PASSING_FAILURE_RETRY_MS = 60_000;
/** A rotated token that is not stored is lost, and the grant with it, so storing it is retried patiently. */
const STORE_RETRY_DELAYS_MS = [100, 300, 1_000, 3_000];

/**
 * Access tokens of Salesforce authorizations: cached, renewed by one process at a time, stored before they are used.
 */
export class SalesforceTokenSource implements TokenSource, TokenRenewer {
  readonly #ports: TokenSourcePorts;
  readonly #sessions: Cache<{ readonly appId: string; readonly session: SalesforceSession }>;
  readonly #underWay = new Map<string, Promise<SessionResult>>();

  constructor(ports: TokenSourcePorts) {
    this.#ports = ports;
    this.#sessions = makeCache(SESSIONS_CACHED_MAX, { clock: ports.clock, ageMsMax: SESSION_CACHED_MS });
  }

  async session(
    appId: string,
    authorizationId: string,
    options: { readonly refusedToken?: string } = {},
  ): Promise<SessionResult> {
    const { refusedToken } = options;
    const cached = this.#sessions.get(authorizationId);
    if (cached?.appId === appId && cached.session.accessToken !== refusedToken) {
      return { kind: 'session', session: cached.session };
    }
    const key = `${appId} ${authorizationId} ${refusedToken ?? ''}`;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const obtaining = this.#obtain(appId, authorizationId, refusedToken).finally(() =>
      this.#underWay.delete(key),
    );
    this.#underWay.set(key, obtaining);
    return obtaining;
  }

  async renew(appId: string, authorizationId: string): Promise<SessionResult> {
    const authorization = await this.#ports.authorizations.get(appId, authorizationId);
    if (authorization === undefined) return { kind: 'gone' };
    const refusedToken = await this.#secret(authorization, 'accessToken');
    return this.session(appId, authorization.id, refusedToken === undefined ? {} : { refusedToken });
  }

  async #obtain(
    appId: string,
    authorizationId: string,
    refusedToken: string | undefined,
  ): Promise<SessionResult> {
    const { authorizations, clock } = this.#ports;
    const result = await takeRefreshTurn<SessionResult>(this.#ports, {
      appId,
      lock: authorizationId,
      lockMs: REFRESH_LOCK_MS,
      waitMsMax: REFRESH_LOCK_MS,
      settled: async () => this.#settled(await authorizations.get(appId, authorizationId), refusedToken),
      renew: () => this.#renewLocked(appId, authorizationId, refusedToken),
    });
    return (
      result ?? {
        kind: 'failing',
        reason: {
          id: 'refresh-under-way',
          message: 'Another process has been renewing the access token for long; it will be tried again',
          passing: true,
          atMs: clock.now(),
        },
      }
    );
  }

  /** The answer if it is possible without asking Salesforce, else undefined. */
  async #settled(
    authorization: Authorization | undefined,
    refusedToken: string | undefined,
  ): Promise<SessionResult | undefined> {
    if (authorization === undefined) return { kind: 'gone' };
    const nowMs = this.#ports.clock.now();
    const { status, reason } = authorization;
    if (status === 'pending') {
      return {
        kind: 'dead',
        reason: reason ?? {
          id: 'authorization-pending',
          message:
            'The login in the browser has not been completed. Open the authorization’s URL, and log in',
          atMs: nowMs,
        },
      };
    }
    if (status === 'dead') {
      return {
        kind: 'dead',
        reason: reason ?? { id: 'dead', message: 'Authorize the org again', atMs: nowMs },
      };
    }
    const accessToken = await this.#secret(authorization, 'accessToken');
    const { instanceUrl, orgId, userId } = authorization;
    if (
      accessToken !== undefined &&
      accessToken !== refusedToken &&
      instanceUrl !== undefined &&
      orgId !== undefined &&
      userId !== undefined
    ) {
      // Also used while renewals fail: Salesforce has not refused it yet.
      return this.#keep(authorization, { accessToken, instanceUrl, orgId, userId });
    }
    if (status !== 'failing' || reason === undefined) return undefined;
    const heldMs = reason.passing === true ? PASSING_FAILURE_HELD_MS : FAILURE_HELD_MS;
    return isDue(reason.atMs + heldMs, nowMs, heldMs) ? undefined : { kind: 'failing', reason };
  }

  async #renewLocked(
    appId: string,
    authorizationId: string,
    refusedToken: string | undefined,
  ): Promise<SessionResult> {
    // Read again under the lock, because its former holder may just have renewed the token.
    const authorization = await this.#ports.authorizations.get(appId, authorizationId);
    const settled = await this.#settled(authorization, refusedToken);
    if (settled !== undefined) return settled;
    if (authorization === undefined) return { kind: 'gone' };
    const answer = await this.#ask(authorization);
    if (answer.kind === 'failed') return this.#recordFailure(authorization, answer.failure);
    const checked = checkOrgUrl(answer.token.instanceUrl, {
      insecure: authorization.insecure,
      allowLoopback: this.#ports.allowLoopback,
    });
    if (!checked.ok) {
      return this.#recordFailure(authorization, {
        class: 'config',
        id: 'instance-url',
        message: `Salesforce named an instance that is not to be trusted: ${checked.message}`,
      });
    }
    return this.#storeToken(authorization, { ...answer.token, instanceUrl: checked.value });
  }

  async #ask(authorization: Authorization): Promise<TokenAnswer> {
    const { tokens } = this.#ports;
    const client: ClientIdentity = {
      loginUrl: authorization.loginUrl,
      clientId: authorization.clientId,
      clientSecret: await this.#secret(authorization, 'clientSecret'),
    };
    switch (authorization.flow) {
      case 'web':
      case 'sfdx-url': {
        const refreshToken = await this.#secret(authorization, 'refreshToken');
        return refreshToken === undefined
          ? incomplete('refresh token')
          : tokens.refresh(client, refreshToken);
      }
      case 'jwt': {
        const pem = await this.#secret(authorization, 'privateKey');
        const key = pem === undefined ? undefined : readPrivateKey(pem);
        if (key === undefined || authorization.username === undefined) return incomplete('private key');
        return tokens.jwtBearer(client, authorization.username, key);
      }
      case 'client-credentials':
        return tokens.clientCredentials(client);
    }
  }

  async #storeToken(authorization: Authorization, token: IssuedToken): Promise<SessionResult> {
    const { authorizations, secrets, clock, timers } = this.#ports;
    let current: Authorization | undefined = authorization;
    for (let attempt = 0; ; attempt += 1) {
      try {
        if (current === undefined) return await this.#discard(authorization, token);
        if (!haveSameCredentials(current, authorization)) return await this.#giveWay(current);
        const renewed = await withIssuedToken(current, token, secrets, clock.now());
        const result = await authorizations.update(renewed);
        if (result === 'updated') return this.#keep(renewed, sessionOf(token));
        // Somebody else wrote the record meanwhile. If its credentials are unchanged, only the holder of the lock
        // writes its tokens.
        current =
          result === 'gone' ? undefined : await authorizations.get(authorization.appId, authorization.id);
      } catch (error) {
        // Salesforce may have revoked the former token, so storing the new one is retried before it is given up.
        const delayMs = STORE_RETRY_DELAYS_MS[attempt];
        if (delayMs === undefined) throw error;
        await timers.sleep(delayMs);
      }
    }
  }

  /** The credentials were replaced during the renewal: the token of the former ones must not displace the new one. */
  async #giveWay(replaced: Authorization): Promise<SessionResult> {
    const settled = await this.#settled(replaced, undefined);
    if (settled !== undefined) return settled;
    const reason = {
      id: 'credentials-replaced',
      message: 'The credentials of the authorization were just replaced; it will be tried again',
      passing: true,
      atMs: this.#ports.clock.now(),
    };
    return { kind: 'failing', reason };
  }

  /** The authorization was removed during the renewal, so nobody may use the token. */
  async #discard(authorization: Authorization, token: IssuedToken): Promise<SessionResult> {
    await this.#ports.tokens.revoke(authorization.loginUrl, token.refreshToken ?? token.accessToken);
    return { kind: 'gone' };
  }

  async #recordFailure(authorization: Authorization, failure: TokenFailure): Promise<SessionResult> {
    const { authorizations, announcements, clock, log } = this.#ports;
    const nowMs = clock.now();
    const { id, message } = failure;
    const passing = failure.class === 'transient';
    const reason: AuthorizationReason = { id, message, passing, atMs: nowMs };
    const dead = failure.class === 'dead';
    const retryMs = passing ? PASSING_FAILURE_RETRY_MS : FAILING_RETRY_MS;
    this.#sessions.delete(authorization.id);
    // If another write came first, it is more accurate and stays.
    await authorizations.update({
      ...authorization,
      status: dead ? 'dead' : 'failing',
      reason,
      refreshDueAtMs: dead ? undefined : nowMs + retryMs,
    });
    log.write(dead ? 'AUTHORIZATION_DEAD' : 'AUTHORIZATION_FAILING', {
      appId: authorization.appId,
      authorizationId: authorization.id,
      alias: authorization.alias,
      reason: failure.id,
    });
    if (dead) {
      const { appId, alias, orgId, version } = authorization;
      await announcements.announce({
        appId,
        type: 'com.sluice.authorization.dead',
        key: [authorization.id, version],
        subject: alias,
        atMs: nowMs,
        data: {
          authorization: { id: authorization.id, alias },
          ...(orgId !== undefined && { org_id: orgId }),
          error: { id, message },
        },
      });
    }
    return { kind: dead ? 'dead' : 'failing', reason };
  }

  #keep(authorization: Authorization, session: SalesforceSession): SessionResult {
    this.#sessions.set(authorization.id, { appId: authorization.appId, session });
    return { kind: 'session', session };
  }

  async #secret(
    authorization: Authorization,
    name: Exclude<SecretName, 'codeVerifier'>,
  ): Promise<string | undefined> {
    const ciphertext = authorization.secrets[name];
    if (ciphertext === undefined) return undefined;
    return this.#ports.secrets.decrypt(ciphertext, secretContext(authorization, name));
  }
}

function incomplete(what: string): TokenAnswer {
  return {
    kind: 'failed',
    failure: {
      class: 'dead',
      id: 'authorization-incomplete',
      message: `The authorization holds no ${what}. Authorize the org again`,
    },
  };
}
