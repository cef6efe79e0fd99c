import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../src/adapters/sqlite/database.ts';

/** A database file of a local run in a folder of its own, which goes with it. */
export class SqliteFile {
  readonly #dir = mkdtempSync(join(tmpdir(), 'sluice-sqlite-'));
  readonly path = join(this.#dir, 'sluice.db');
  #database = Database.open(this.path);

  get database(): Database {
    return this.#database;
  }

  /** Closes it and opens it again, as a second start of a local run does. */
  reopen(): void {
    this.#database.close();
    this.#database = Database.open(this.path);
  }

  /** Bodies that lie on the queue, oldest first: those that can be received now and those that wait. */
  bodies(queue: string): { readonly ready: string[]; readonly delayed: string[] } {
    const inState = (state: number) =>
      this.#database
        .all('SELECT body FROM queue_messages WHERE queue = ? AND state = ? ORDER BY id', queue, state)
        .map(({ body }) => String(body));
    return { ready: inState(1), delayed: inState(0) };
  }

  remove(): void {
    this.#database.close();
    rmSync(this.#dir, { recursive: true });
  }
}
