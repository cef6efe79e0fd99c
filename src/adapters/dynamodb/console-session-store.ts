import type { ApiToken } from '../../domain/apps/app.ts';
import {
  CONSOLE_SESSIONS_PER_TOKEN_MAX,
  type ConsoleLink,
  type ConsoleSession,
  type OpenConsoleSession,
} from '../../domain/apps/console-session.ts';
import type { ConsoleSessionStore } from '../../domain/apps/console-session-store.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { CONSOLE_SESSION_PREFIX, consoleLinkKey, consoleSessionKey, tokenKey } from './keys.ts';
import { recordOf, type Table } from './table.ts';

/**
 * A session is in the partition of its token, so that one query reads both, and removing a token removes its sessions.
 */
export class DynamoConsoleSessionStore implements ConsoleSessionStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async putLink(link: ConsoleLink): Promise<void> {
    await this.#table.put({ ...consoleLinkKey(link.hash), record: link, ...expiry(link) });
  }

  async takeLink(hash: string, nowMs: number): Promise<ConsoleLink | undefined> {
    const item = await this.#table.delete(consoleLinkKey(hash));
    const link = item === undefined ? undefined : recordOf<ConsoleLink>(item);
    // DynamoDB removes expired items late.
    return link === undefined || link.expiresAtMs <= nowMs ? undefined : link;
  }

  async putSession(session: ConsoleSession): Promise<void> {
    await this.#table.put({
      ...consoleSessionKey(session.tokenHash, session.hash),
      record: session,
      ...expiry(session),
    });
    const items = await this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: tokenKey(session.tokenHash).pk, prefix: CONSOLE_SESSION_PREFIX },
    });
    const newestFirst = items
      .map((item) => recordOf<ConsoleSession>(item))
      .sort((one, other) => other.createdAtMs - one.createdAtMs);
    const surplus = newestFirst.slice(CONSOLE_SESSIONS_PER_TOKEN_MAX);
    await this.#table.deleteAll(surplus.map(({ tokenHash, hash }) => consoleSessionKey(tokenHash, hash)));
  }

  async findSession(tokenHash: string, hash: string, nowMs: number): Promise<OpenConsoleSession | undefined> {
    // A page polls, so the stale read at half the price comes first. A miss is not conclusive: a browser uses its
    // session milliseconds after it was stored.
    const open =
      (await this.#read(tokenHash, hash, { mayBeStale: true })) ??
      (await this.#read(tokenHash, hash, { mayBeStale: false }));
    return open === undefined || open.session.expiresAtMs <= nowMs ? undefined : open;
  }

  async #read(
    tokenHash: string,
    hash: string,
    { mayBeStale }: { readonly mayBeStale: boolean },
  ): Promise<OpenConsoleSession | undefined> {
    const sought = consoleSessionKey(tokenHash, hash);
    const end = tokenKey(tokenHash);
    const items = await this.#table.query({
      expression: 'pk = :pk AND sk BETWEEN :session AND :token',
      values: { pk: sought.pk, session: sought.sk, token: end.sk },
      mayBeStale,
    });
    const session = items.find(({ sk }) => sk === sought.sk);
    const token = items.find(({ sk }) => sk === end.sk);
    if (session === undefined || token === undefined) return undefined;
    return { session: recordOf<ConsoleSession>(session), token: recordOf<ApiToken>(token) };
  }

  async removeSession(tokenHash: string, hash: string): Promise<'removed' | 'gone'> {
    const removed = await this.#table.delete(consoleSessionKey(tokenHash, hash));
    return removed === undefined ? 'gone' : 'removed';
  }
}

function expiry({ expiresAtMs }: ConsoleLink) {
  return { [TABLE_TTL_ATTRIBUTE]: Math.ceil(expiresAtMs / 1_000) };
}
