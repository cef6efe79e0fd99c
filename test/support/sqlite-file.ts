import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../src/adapters/sqlite/database.ts';

/** A real file in a folder of its own, deleted at the end. */
export class SqliteFile {
  readonly directory = mkdtempSync(join(tmpdir(), 'sluice-sqlite-'));
  readonly path = join(this.directory, 'sluice.db');
  readonly #opened: Database[] = [];

  /** Opens another connection each time, as another process would. */
  open(): Database {
    const database = Database.open(this.path);
    this.#opened.push(database);
    return database;
  }

  /** Closes every connection; the file can then be opened again, as a second start of a local run does. */
  close(): void {
    for (const database of this.#opened.splice(0)) database.close();
  }

  /** Bodies of the messages on the queue, oldest first: both those that can be received now and delayed ones. */
  bodies(queue: string): { readonly ready: string[]; readonly delayed: string[] } {
    const [database = this.open()] = this.#opened;
    const inState = (state: number) =>
      database
        .all('SELECT body FROM queue_messages WHERE queue = ? AND state = ? ORDER BY id', queue, state)
        .map(({ body }) => String(body));
    return { ready: inState(1), delayed: inState(0) };
  }

  delete(): void {
    this.close();
    rmSync(this.directory, { recursive: true });
  }
}
