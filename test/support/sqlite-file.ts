import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../src/adapters/sqlite/database.ts';

/** A real file in a folder of its own, deleted afterwards. */
export class SqliteFile {
  readonly directory = mkdtempSync(join(tmpdir(), 'sluice-sqlite-'));
  readonly #opened: Database[] = [];

  /** Each time another connection, as another process has it. */
  open(): Database {
    const database = Database.open(join(this.directory, 'sluice.db'));
    this.#opened.push(database);
    return database;
  }

  /** All connections, as at the end of their processes. */
  close(): void {
    for (const database of this.#opened.splice(0)) database.close();
  }

  delete(): void {
    this.close();
    rmSync(this.directory, { recursive: true });
  }
}
