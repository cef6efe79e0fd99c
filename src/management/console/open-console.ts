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

/** 256 bits, as a token has: nobody guesses one, so a plain SHA-256 of it is enough to keep. */
const SECRET_BYTES = 32;
const CODE = /^[A-Za-z0-9_-]{43}$/;
/** The token's hash, by which the session is found beside it, and the secret. */
const COOKIE = /^([0-9a-f]{64})\.([A-Za-z0-9_-]{43})$/;

/** Makes a code that is good once, for a minute, to look at the app, or at all that the token may see. */
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

/** Whether the text can be a code: only then the store need be asked. */
export function isConsoleCode(text: string): boolean {
  return CODE.test(text);
}

export interface BegunConsoleSession extends OpenConsoleSession {
  /** What the browser shows with each request; kept nowhere. */
  readonly cookie: string;
}

/** Turns a code into a session; undefined when it is none, was used, has expired, or its token was withdrawn. */
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

/** What a browser shows, taken apart; undefined of a text that no session has. */
export function readConsoleCookie(cookie: string): CookieParts | undefined {
  const [, tokenHash, secret] = COOKIE.exec(cookie) ?? [];
  return tokenHash === undefined || secret === undefined ? undefined : { tokenHash, hash: sha256Hex(secret) };
}

export async function findConsoleSession(
  { consoleSessions, clock }: ConsolePorts,
  { tokenHash, hash }: CookieParts,
): Promise<OpenConsoleSession | undefined> {
  // As of a token: what can be timed is the look-up of a hash, which tells nothing of the secret.
  return consoleSessions.findSession(tokenHash, hash, clock.now());
}

export async function endConsoleSession(
  { consoleSessions }: ConsolePorts,
  { tokenHash, hash }: CookieParts,
): Promise<void> {
  await consoleSessions.removeSession(tokenHash, hash);
}
