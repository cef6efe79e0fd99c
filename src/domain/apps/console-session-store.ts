import type { ConsoleLink, ConsoleSession, OpenConsoleSession } from './console-session.ts';

export interface ConsoleSessionStore {
  putLink(link: ConsoleLink): Promise<void>;
  /** Removes the link and answers it: of many who bring the same code, one gets it. What has expired is not there. */
  takeLink(hash: string, nowMs: number): Promise<ConsoleLink | undefined>;
  /** Beyond `CONSOLE_SESSIONS_PER_TOKEN_MAX` of one token, the oldest ends. */
  putSession(session: ConsoleSession): Promise<void>;
  /**
   * The session with its token; undefined once it has expired or ended, or the token was withdrawn. May be some seconds old
   * where that is cheaper: a page at rest asks for it with each refresh.
   */
  findSession(tokenHash: string, hash: string, nowMs: number): Promise<OpenConsoleSession | undefined>;
  removeSession(tokenHash: string, hash: string): Promise<'removed' | 'gone'>;
}
