import type { ApiToken, TokenScope } from './app.ts';

/** Gives a browser temporary access to the console on behalf of the token that requested it. Only hashes are stored. */
interface ConsoleGrant {
  /** SHA-256 in hex of the code or of the secret. */
  readonly hash: string;
  /** The token behind the grant: the browser has its rights, and only for as long as the token is valid. */
  readonly tokenHash: string;
  /** What the console shows: one app or the whole installation. Never wider than the token's own scope. */
  readonly scope: TokenScope;
  readonly expiresAtMs: number;
}

/** The one-time code of a link. */
export interface ConsoleLink extends ConsoleGrant {}

/** What a browser gets in exchange for the code. */
export interface ConsoleSession extends ConsoleGrant {
  readonly createdAtMs: number;
}

/** A session whose token is still valid. */
export interface OpenConsoleSession {
  readonly session: ConsoleSession;
  readonly token: ApiToken;
}

/** Long enough for a browser to start on a slow machine, short enough that a link found later is useless. */
export const CONSOLE_LINK_MS = 60_000;
export const CONSOLE_SESSION_MS = 3_600_000;
/** Browsers signed in with one token; another one replaces the oldest. Limits each request to one read unit. */
export const CONSOLE_SESSIONS_PER_TOKEN_MAX = 10;
