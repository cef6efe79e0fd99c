import type { Clock } from '../../base/clock.ts';
import { randomText, sha256Hex } from '../../base/ids.ts';
import type { ApiToken, App } from '../../domain/apps/app.ts';
import {
  CONSOLE_LINK_MS,
  CONSOLE_SESSION_MS,
  type ConsoleSession,
  type OpenConsoleSession,
} from '../../domain/apps/console-session.ts';
import type { ConsoleSessionStore } from '../../domain/apps/console-session-store.ts';

export interface ConsolePorts {
  readonly consoleSessions: ConsoleSessionStore;
  readonly clock: Clock;
}

/** 256 bits, as in a token, cannot be guessed, so it suffices to store a plain SHA-256. */
const SECRET_BYTES = 32;
const CODE = /^[A-Za-z0-9_-]{43}$/;
/** The token's hash, beside which the session is stored, and the secret. */
const COOKIE = /^([0-9a-f]{64})\.([A-Za-z0-9_-]{43})$/;

/** Creates a one-time code, valid for a minute, that shows one app or everything that the token may see. */
export async function makeConsoleLink(
  { consoleSessions, clock }: ConsolePorts,
  { hash: tokenHash, scope }: ApiToken,
  app: App | undefined,
): Promise<{ readonly code: string; readonly expiresAtMs: number }> {
  const code = randomText(SECRET_BYTES);
  const expiresAtMs = clock.now() + CONSOLE_LINK_MS;
  await consoleSessions.putLink({
    hash: sha256Hex(code),
    tokenHash,
    scope: app === undefined ? scope : { kind: 'app', appId: app.id },
    expiresAtMs,
  });
  return { code, expiresAtMs };
}

/** Whether the text can be a code; otherwise there is no need to read the store. */
export function isConsoleCode(text: string): boolean {
  return CODE.test(text);
}

export interface BegunConsoleSession extends OpenConsoleSession {
  /** What the browser sends with each request; never stored. */
  readonly cookie: string;
}

/** Turns a code into a session; undefined if the code is unknown, used or expired, or its token was revoked. */
export async function beginConsoleSession(
  { consoleSessions, clock }: ConsolePorts,
  code: string,
): Promise<BegunConsoleSession | undefined> {
  const nowMs = clock.now();
  const link = await consoleSessions.takeLink(sha256Hex(code), nowMs);
  if (link === undefined) return undefined;
  const secret = randomText(SECRET_BYTES);
  const session: ConsoleSession = {
    hash: sha256Hex(secret),
    tokenHash: link.tokenHash,
    scope: link.scope,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + CONSOLE_SESSION_MS,
  };
  await consoleSessions.putSession(session);
  const open = await consoleSessions.findSession(session.tokenHash, session.hash, nowMs);
  return open && { ...open, cookie: `${session.tokenHash}.${secret}` };
}

interface CookieParts {
  readonly tokenHash: string;
  readonly hash: string;
}

/** Parses the cookie of a browser; undefined for a text that cannot belong to a session. */
export function readConsoleCookie(cookie: string): CookieParts | undefined {
  const [, tokenHash, secret] = COOKIE.exec(cookie) ?? [];
  return tokenHash === undefined || secret === undefined ? undefined : { tokenHash, hash: sha256Hex(secret) };
}

export async function findConsoleSession(
  { consoleSessions, clock }: ConsolePorts,
  { tokenHash, hash }: CookieParts,
): Promise<OpenConsoleSession | undefined> {
  // As with a token, an attacker can only time the look-up of a hash, which reveals nothing about the secret.
  return consoleSessions.findSession(tokenHash, hash, clock.now());
}

export async function endConsoleSession(
  { consoleSessions }: ConsolePorts,
  { tokenHash, hash }: CookieParts,
): Promise<void> {
  await consoleSessions.removeSession(tokenHash, hash);
}
