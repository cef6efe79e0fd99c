import { isObject, numberOr, stringOr } from '../json.ts';
import type { Storage } from '../org/storage.ts';
import { type Random, randomText } from '../random.ts';

/** An access token is a session: it ends when it is revoked or was unused for the session timeout. */
export interface Session {
  readonly token: string;
  readonly clientId: string;
  readonly userId: string;
  readonly scope: string;
  /** The grant (one approval by a user) it came from; empty for flows without a refresh token. */
  readonly grantId: string;
  readonly issuedAt: number;
  usedAt: number;
}

interface Grant {
  readonly id: string;
  readonly clientId: string;
  readonly userId: string;
  readonly scope: string;
  readonly createdAt: number;
  refreshToken: string;
  /** Tokens that rotation has replaced; using one of them ends the grant. */
  retired: string[];
  usedAt: number;
}

export type Refreshed =
  | {
      readonly kind: 'refreshed';
      readonly session: Session;
      readonly refreshToken: string;
      readonly rotated: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: 'unknown' | 'idle' | 'reused' | 'other app' };

const SESSION_TIMEOUT_MS = 2 * 3_600_000;

/** Each user may approve an app five times; the sixth approval ends the oldest. */
const GRANTS_MAX = 5;

/** Replaced tokens that are still recognised; an older one is simply unknown. */
const RETIRED_MAX = 100;

/** The use of a session is stored once a minute, not with every call. */
const USE_WRITTEN_EVERY_MS = 60_000;

export class Tokens {
  readonly #storage: Storage;
  readonly #random: Random;
  readonly #clock: () => number;
  readonly #orgId: string;
  readonly #sessions = new Map<string, Session>();
  readonly #grants = new Map<string, Grant>();
  readonly #byRefreshToken = new Map<string, Grant>();
  sessionTimeoutMs = SESSION_TIMEOUT_MS;

  constructor(storage: Storage, random: Random, clock: () => number, orgId: string) {
    this.#storage = storage;
    this.#random = random;
    this.#clock = clock;
    this.#orgId = orgId;
    for (const { key, value } of storage.documents('session')) {
      if (!isObject(value)) continue;
      this.#sessions.set(key, {
        token: key,
        clientId: stringOr(value['clientId'], ''),
        userId: stringOr(value['userId'], ''),
        scope: stringOr(value['scope'], ''),
        grantId: stringOr(value['grantId'], ''),
        issuedAt: numberOr(value['issuedAt'], 0),
        usedAt: numberOr(value['usedAt'], 0),
      });
    }
    for (const { key, value } of storage.documents('grant')) {
      if (!isObject(value)) continue;
      const retired = value['retired'];
      this.#keepGrant({
        id: key,
        clientId: stringOr(value['clientId'], ''),
        userId: stringOr(value['userId'], ''),
        scope: stringOr(value['scope'], ''),
        createdAt: numberOr(value['createdAt'], 0),
        refreshToken: stringOr(value['refreshToken'], ''),
        retired: Array.isArray(retired) ? retired.filter((item) => typeof item === 'string') : [],
        usedAt: numberOr(value['usedAt'], 0),
      });
    }
  }

  /** The live session of an access token; using it keeps it alive. */
  use(token: string): Session | undefined {
    const session = this.peek(token);
    const now = this.#clock();
    if (session !== undefined && now - session.usedAt >= USE_WRITTEN_EVERY_MS) {
      session.usedAt = now;
      this.#storage.put('session', token, session);
    }
    return session;
  }

  peek(token: string): Session | undefined {
    const session = this.#sessions.get(token);
    return session === undefined || this.expiresAt(session) <= this.#clock() ? undefined : session;
  }

  expiresAt(session: Session): number {
    return session.usedAt + this.sessionTimeoutMs;
  }

  openSession(clientId: string, userId: string, scope: string, grantId = ''): Session {
    const now = this.#clock();
    const token = `${this.#orgId.slice(0, 15)}!AQ${randomText(this.#random, 94)}`;
    const session: Session = { token, clientId, userId, scope, grantId, issuedAt: now, usedAt: now };
    this.#sessions.set(token, session);
    this.#storage.put('session', token, session);
    return session;
  }

  approve(clientId: string, userId: string, scope: string): { session: Session; refreshToken: string } {
    const mine = [...this.#grants.values()]
      .filter((grant) => grant.clientId === clientId && grant.userId === userId)
      .sort((left, right) => left.createdAt - right.createdAt);
    while (mine.length >= GRANTS_MAX) {
      const oldest = mine.shift();
      if (oldest !== undefined) this.#endGrant(oldest);
    }
    const now = this.#clock();
    const grant: Grant = {
      id: randomText(this.#random, 16),
      clientId,
      userId,
      scope,
      createdAt: now,
      refreshToken: this.#newRefreshToken(),
      retired: [],
      usedAt: now,
    };
    this.#keepGrant(grant);
    this.#storage.put('grant', grant.id, grant);
    return { session: this.openSession(clientId, userId, scope, grant.id), refreshToken: grant.refreshToken };
  }

  refresh(refreshToken: string, clientId: string, rotate: boolean, idleMs: number): Refreshed {
    const grant = this.#byRefreshToken.get(refreshToken);
    if (grant === undefined) return { kind: 'refused', reason: 'unknown' };
    if (grant.clientId !== clientId) return { kind: 'refused', reason: 'other app' };
    if (grant.refreshToken !== refreshToken) {
      this.#endGrant(grant);
      return { kind: 'refused', reason: 'reused' };
    }
    const now = this.#clock();
    if (idleMs > 0 && now - grant.usedAt > idleMs) {
      this.#endGrant(grant);
      return { kind: 'refused', reason: 'idle' };
    }
    return this.#storage.transaction(() => {
      grant.usedAt = now;
      if (rotate) {
        grant.retired.push(grant.refreshToken);
        const forgotten = grant.retired.length > RETIRED_MAX ? grant.retired.shift() : undefined;
        if (forgotten !== undefined) this.#byRefreshToken.delete(forgotten);
        grant.refreshToken = this.#newRefreshToken();
        this.#byRefreshToken.set(grant.refreshToken, grant);
      }
      this.#storage.put('grant', grant.id, grant);
      const session = this.openSession(clientId, grant.userId, grant.scope, grant.id);
      return { kind: 'refreshed', session, refreshToken: grant.refreshToken, rotated: rotate };
    });
  }

  /** Revokes an access token alone, or a refresh token with its access tokens. */
  revoke(token: string): boolean {
    if (this.#sessions.has(token)) {
      this.#endSession(token);
      return true;
    }
    const grant = this.#byRefreshToken.get(token);
    if (grant !== undefined) this.#endGrant(grant);
    return grant !== undefined;
  }

  forgetExpired(): void {
    const now = this.#clock();
    for (const session of [...this.#sessions.values()]) {
      if (this.expiresAt(session) > now) continue;
      this.#sessions.delete(session.token);
      this.#storage.remove('session', session.token);
    }
  }

  /** Ends all access tokens and, if requested, the refresh tokens too. */
  revokeAll(alsoRefreshTokens: boolean): void {
    for (const token of [...this.#sessions.keys()]) this.#endSession(token);
    if (alsoRefreshTokens) for (const grant of [...this.#grants.values()]) this.#endGrant(grant);
  }

  refreshTokenInfo(token: string): { clientId: string; userId: string; scope: string } | undefined {
    const grant = this.#byRefreshToken.get(token);
    return grant?.refreshToken === token ? grant : undefined;
  }

  #newRefreshToken(): string {
    return `5Aep861${randomText(this.#random, 80)}`;
  }

  #keepGrant(grant: Grant): void {
    this.#grants.set(grant.id, grant);
    for (const token of [...grant.retired, grant.refreshToken]) this.#byRefreshToken.set(token, grant);
  }

  #endGrant(grant: Grant): void {
    this.#grants.delete(grant.id);
    this.#storage.remove('grant', grant.id);
    for (const token of [...grant.retired, grant.refreshToken]) this.#byRefreshToken.delete(token);
    for (const session of [...this.#sessions.values()])
      if (session.grantId === grant.id) this.#endSession(session.token);
  }

  #endSession(token: string): void {
    this.#sessions.delete(token);
    this.#storage.remove('session', token);
  }
}
