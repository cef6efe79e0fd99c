import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../src/adapters/sqlite/database.ts';

/** A real file in a folder of its own, deleted afterwards. */
export class SqliteFile {
  readonly directory = mkdtempSync(join(tmpdir(), 'sluice-sqlite-'));
  readonly path = join(this.directory, 'sluice.db');
  readonly #opened: Database[] = [];

  /** Each time another connection, as another process has it. */
  open(): Database {
    const database = Database.open(this.path);
    this.#opened.push(database);
    return database;
  }

  /** Every connection; then it can be opened again, as a second start of a local run does. */
  close(): void {
    for (const database of this.#opened.splice(0)) database.close();
  }

  /** Bodies that lie on the queue, oldest first: those that can be received now and those that wait. */
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
