import { DatabaseSync } from 'node:sqlite';

/** SQLite's number for "another connection has it". */
const SQLITE_BUSY = 5;

/**
 * A lock that the system takes back when the process ends, also by kill -9 or a power cut: SQLite's on an empty file, because
 * Node has none of its own. A process id in a file would be no lock: after a restart of the machine a stranger has it.
 */
export class FileLock {
  readonly #connection: DatabaseSync;

  private constructor(connection: DatabaseSync) {
    this.#connection = connection;
  }

  /** Makes the file if there is none; undefined while another process, or this one, has the lock. */
  static take(path: string): FileLock | undefined {
    const connection = new DatabaseSync(path);
    try {
      // Without a journal, and with nothing written: a full disk does not matter.
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
