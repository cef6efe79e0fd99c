import { timingSafeEqual } from 'node:crypto';
import { newUuid, randomText, sha256Hex } from '../../base/ids.ts';
import { type ApiToken, TOKENS_PER_APP_MAX, type TokenScope } from '../../domain/apps/app.ts';
import type { TokenStore } from '../../domain/apps/app-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';

/** 256 bits cannot be guessed, so it suffices to store a plain SHA-256. */
const TOKEN_BYTES = 32;
const TOKEN = /^slc_(?:app|adm)_[A-Za-z0-9_-]{43}$/;

export interface IssuedToken {
  readonly token: ApiToken;
  /** The token itself: shown once, never stored. */
  readonly secret: string;
}

/** Creates a token without storing it. */
export function newToken(scope: TokenScope, label: string, nowMs: number): IssuedToken {
  const secret = newTokenText(scope.kind);
  return { secret, token: { id: newUuid(), scope, label, hash: sha256Hex(secret), createdAtMs: nowMs } };
}

/** `slc_<app|adm>_<43 random characters>`: the prefix lets people and secret scanners recognise it. */
export function newTokenText(kind: TokenScope['kind']): string {
  return `slc_${kind === 'admin' ? 'adm' : 'app'}_${randomText(TOKEN_BYTES)}`;
}

export async function issueToken(
  tokens: TokenStore,
  scope: TokenScope,
  label: string,
  nowMs: number,
): Promise<({ readonly kind: 'issued' } & IssuedToken) | Refusal> {
  const held = await tokens.list(scope);
  if (held.length >= TOKENS_PER_APP_MAX) {
    return refuse(
      'limit-reached',
      `expected at most ${TOKENS_PER_APP_MAX} tokens, found ${held.length}: delete one that is no longer used`,
    );
  }
  const issued = newToken(scope, label, nowMs);
  await tokens.put(issued.token);
  return { kind: 'issued', ...issued };
}

export async function revokeToken(
  tokens: TokenStore,
  scope: TokenScope,
  id: string,
): Promise<{ readonly kind: 'revoked'; readonly token: ApiToken } | Refusal> {
  const token = (await tokens.list(scope)).find((each) => each.id === id);
  if (token === undefined || (await tokens.remove(scope, id)) === 'gone') {
    return refuse('not-found', `expected the id of a token, found ${JSON.stringify(id.slice(0, 100))}`);
  }
  return { kind: 'revoked', token };
}

/** Whether the text can be a token; otherwise there is no need to read the store. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Returns the token for the secret; undefined if there is none. */
export async function authenticate(tokens: TokenStore, secret: string): Promise<ApiToken | undefined> {
  if (!isToken(secret)) return undefined;
  const hash = sha256Hex(secret);
  const token = await tokens.findByHash(hash);
  if (token === undefined) return undefined;
  // An attacker can time the look-up of a hash, which reveals nothing about the token; nor does the comparison.
  return timingSafeEqual(Buffer.from(token.hash), Buffer.from(hash)) ? token : undefined;
}

/**
 * Stores an administration token that was created elsewhere (at deploy time, at first local start). `if-none` prevents
 * a token that an administrator revoked from coming back while there is another one, without locking everybody out
 * permanently.
 */
export async function ensureAdminToken(
  tokens: TokenStore,
  secret: string,
  nowMs: number,
  when: 'if-none' | 'always' = 'if-none',
): Promise<'stored' | 'not-needed'> {
  if (!TOKEN.test(secret)) {
    throw new AdminTokenError(
      'expected an administration token of the form slc_adm_<43 characters>, found another text',
    );
  }
  const hash = sha256Hex(secret);
  const scope: TokenScope = { kind: 'admin' };
  const held = await tokens.list(scope);
  if (held.some((token) => token.hash === hash)) return 'not-needed';
  if (when === 'if-none' && held.length > 0) return 'not-needed';
  await tokens.put({ id: newUuid(), scope, label: 'first administration token', hash, createdAtMs: nowMs });
  return 'stored';
}

/** The installation is misconfigured: the secret does not hold a token. */
export class AdminTokenError extends Error {
  override readonly name = 'AdminTokenError';
}
