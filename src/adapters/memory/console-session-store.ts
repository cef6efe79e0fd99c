import {
  CONSOLE_SESSIONS_PER_TOKEN_MAX,
  type ConsoleLink,
  type ConsoleSession,
  type OpenConsoleSession,
} from '../../domain/apps/console-session.ts';
import type { ConsoleSessionStore } from '../../domain/apps/console-session-store.ts';
import { type MemoryState, removeWhere } from './state.ts';

export class MemoryConsoleSessionStore implements ConsoleSessionStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async putLink(link: ConsoleLink): Promise<void> {
    this.#state.consoleLinks.set(link.hash, link);
  }

  async takeLink(hash: string, nowMs: number): Promise<ConsoleLink | undefined> {
    const link = this.#state.consoleLinks.get(hash);
    removeWhere(this.#state.consoleLinks, (each) => each.hash === hash || each.expiresAtMs <= nowMs);
    return link === undefined || link.expiresAtMs <= nowMs ? undefined : link;
  }

  async putSession(session: ConsoleSession): Promise<void> {
    const { consoleSessions } = this.#state;
    consoleSessions.set(session.hash, session);
    const ofToken = [...consoleSessions.values()]
      .filter(({ tokenHash }) => tokenHash === session.tokenHash)
      .sort((one, other) => other.createdAtMs - one.createdAtMs);
    for (const { hash } of ofToken.slice(CONSOLE_SESSIONS_PER_TOKEN_MAX)) consoleSessions.delete(hash);
  }

  async findSession(tokenHash: string, hash: string, nowMs: number): Promise<OpenConsoleSession | undefined> {
    const session = this.#state.consoleSessions.get(hash);
    const token = this.#state.tokens.get(tokenHash);
    if (session?.tokenHash !== tokenHash || session.expiresAtMs <= nowMs) return undefined;
    return token && { session, token };
  }

  async removeSession(tokenHash: string, hash: string): Promise<'removed' | 'gone'> {
    if (this.#state.consoleSessions.get(hash)?.tokenHash !== tokenHash) return 'gone';
    this.#state.consoleSessions.delete(hash);
    return 'removed';
  }
}
