import type { ApiToken, TokenScope } from './app.ts';

/** What lets a browser into the console for a while, on behalf of the token that asked for it. Only hashes are stored. */
interface ConsoleGrant {
  /** SHA-256 in hex of the code or of the secret. */
  readonly hash: string;
  /** The token behind it: what it may, the browser may, and no longer than it is good. */
  readonly tokenHash: string;
  /** What is shown: an app, or the whole installation. Never more than the token's own scope. */
  readonly scope: TokenScope;
  readonly expiresAtMs: number;
}

/** The code of a link, good once. */
export interface ConsoleLink extends ConsoleGrant {}

/** What a browser gets for the code. */
export interface ConsoleSession extends ConsoleGrant {
  readonly createdAtMs: number;
}

/** A session whose token is still good. */
export interface OpenConsoleSession {
  readonly session: ConsoleSession;
  readonly token: ApiToken;
}

/** Long enough for a browser to start on a slow machine; a link that is found later is of no use. */
export const CONSOLE_LINK_MS = 60_000;
export const CONSOLE_SESSION_MS = 3_600_000;
/** Browsers that are signed in with one token; the oldest makes room for the next. Keeps what a request reads within one read unit. */
export const CONSOLE_SESSIONS_PER_TOKEN_MAX = 10;
