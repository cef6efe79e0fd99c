import { DatabaseSync } from 'node:sqlite';

/** SQLite's code for "another connection holds it". */
const SQLITE_BUSY = 5;

/**
 * A lock that the operating system releases when the process ends, even by kill -9 or a power cut. It is SQLite's lock
 * on an empty file, because Node has no file locks. A process id in a file would not do: after a reboot another process
 * may have the id.
 */
export class FileLock {
  readonly #connection: DatabaseSync;

  private constructor(connection: DatabaseSync) {
    this.#connection = connection;
  }

  /** Creates the file if there is none; undefined while this or another process holds the lock. */
  static take(path: string): FileLock | undefined {
    const connection = new DatabaseSync(path);
    try {
      // Uses no journal and writes nothing: a full disk does not matter.
      connection.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
      return new FileLock(connection);
    } catch (error) {
      connection.close();
      const isTaken = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
      if (isTaken) return undefined;
      throw error;
    }
  }

  release(): void {
    this.#connection.close();
  }
}
