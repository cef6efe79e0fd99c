import type { ConsoleLink, ConsoleSession, OpenConsoleSession } from './console-session.ts';

export interface ConsoleSessionStore {
  putLink(link: ConsoleLink): Promise<void>;
  /** Removes and returns the link unless it has expired. Only one of several callers with the same code gets it. */
  takeLink(hash: string, nowMs: number): Promise<ConsoleLink | undefined>;
  /** If the token then has more than `CONSOLE_SESSIONS_PER_TOKEN_MAX` sessions, the oldest one ends. */
  putSession(session: ConsoleSession): Promise<void>;
  /**
   * The session with its token; undefined if it has expired or ended, or the token was revoked. The answer may be some
   * seconds stale where that is cheaper, because an idle page reads the session with each refresh.
   */
  findSession(tokenHash: string, hash: string, nowMs: number): Promise<OpenConsoleSession | undefined>;
  removeSession(tokenHash: string, hash: string): Promise<'removed' | 'gone'>;
}
