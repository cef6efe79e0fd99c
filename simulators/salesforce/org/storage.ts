import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

export interface StoredEvent {
  readonly topic: string;
  readonly number: number;
  readonly at: number;
  /** The event's UUID; empty for a mark, which is a replay id that was issued without an event. */
  readonly id: string;
  readonly schemaId: string;
  readonly payload: Buffer;
}

/**
 * The simulator's persistent state: documents by kind and key, and event logs. `transaction` groups writes, so that a
 * record and its change events are stored or lost together.
 */
export interface Storage {
  put(kind: string, key: string, value: unknown): void;
  remove(kind: string, key: string): void;
  documents(kind: string): { key: string; value: unknown }[];
  appendEvent(event: StoredEvent): void;
  events(): Iterable<StoredEvent>;
  forgetEvents(topic: string, upToNumber: number): void;
  forgetEvent(topic: string, number: number): void;
  transaction<T>(work: () => T): T;
  close(): void;
}

export function memoryStorage(): Storage {
  return {
    put: () => {},
    remove: () => {},
    documents: () => [],
    appendEvent: () => {},
    events: () => [],
    forgetEvents: () => {},
    forgetEvent: () => {},
    transaction: (work) => work(),
    close: () => {},
  };
}

function textColumn(row: Record<string, unknown>, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : '';
}

function numberColumn(row: Record<string, unknown>, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : Number.NaN;
}

/** SQLite's error code for a full disk. */
const SQLITE_FULL = 13;

function isDiskFull(cause: unknown): boolean {
  return cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_FULL;
}

class SqliteStorage implements Storage {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #append: StatementSync;
  readonly #forget: StatementSync;
  readonly #forgetOne: StatementSync;
  /** The writes of the open transaction, in order. */
  #writes: (() => void)[] | undefined;
  /**
   * The writes that a full disk has refused. The org lives in memory, so it continues, and the file catches up once
   * there is room.
   */
  #refused: (() => void)[] = [];

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.#database = new DatabaseSync(file);
    // WAL with NORMAL: a killed process loses nothing that was committed; only a power cut could take the last moments,
    // which a simulator may afford. The exclusive lock ends with the process, however it ends.
    try {
      this.#database.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        CREATE TABLE IF NOT EXISTS documents (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
          PRIMARY KEY (kind, key)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS events (topic TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL,
          schema_id TEXT NOT NULL, payload BLOB NOT NULL, PRIMARY KEY (topic, number)) WITHOUT ROWID;
      `);
    } catch (cause) {
      this.#database.close();
      throw new Error(`The state file ${file} can't be used. Is another simulator running on it?`, { cause });
    }
    this.#put = this.#database.prepare(
      'INSERT INTO documents (kind, key, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
    );
    this.#remove = this.#database.prepare('DELETE FROM documents WHERE kind = ? AND key = ?');
    this.#append = this.#database.prepare(
      'INSERT INTO events (topic, number, at, id, schema_id, payload) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#forget = this.#database.prepare('DELETE FROM events WHERE topic = ? AND number <= ?');
    this.#forgetOne = this.#database.prepare('DELETE FROM events WHERE topic = ? AND number = ?');
  }

  put(kind: string, key: string, value: unknown): void {
    const body = JSON.stringify(value);
    this.#write(() => this.#put.run(kind, key, body));
  }

  remove(kind: string, key: string): void {
    this.#write(() => this.#remove.run(kind, key));
  }

  documents(kind: string): { key: string; value: unknown }[] {
    const rows = this.#database
      .prepare('SELECT key, body FROM documents WHERE kind = ? ORDER BY key')
      .all(kind);
    return rows.map((row) => ({ key: textColumn(row, 'key'), value: JSON.parse(textColumn(row, 'body')) }));
  }

  appendEvent(event: StoredEvent): void {
    const { topic, number, at, id, schemaId, payload } = event;
    this.#write(() => this.#append.run(topic, number, at, id, schemaId, payload));
  }

  /** One by one, because days of events do not fit twice into memory. */
  *events(): Iterable<StoredEvent> {
    const statement = this.#database.prepare(
      'SELECT topic, number, at, id, schema_id, payload FROM events ORDER BY topic, number',
    );
    for (const row of statement.iterate()) {
      const payload = row['payload'];
      yield {
        topic: textColumn(row, 'topic'),
        number: numberColumn(row, 'number'),
        at: numberColumn(row, 'at'),
        id: textColumn(row, 'id'),
        schemaId: textColumn(row, 'schema_id'),
        payload:
          payload instanceof Uint8Array
            ? Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
            : Buffer.alloc(0),
      };
    }
  }

  forgetEvents(topic: string, upToNumber: number): void {
    this.#write(() => this.#forget.run(topic, upToNumber));
  }

  forgetEvent(topic: string, number: number): void {
    this.#write(() => this.#forgetOne.run(topic, number));
  }

  transaction<T>(work: () => T): T {
    if (this.#writes !== undefined) return work();
    const writes: (() => void)[] = [];
    this.#writes = writes;
    let result: T;
    try {
      result = work();
    } finally {
      this.#writes = undefined;
    }
    this.#commit(writes);
    return result;
  }

  #write(write: () => void): void {
    if (this.#writes === undefined) this.#commit([write]);
    else this.#writes.push(write);
  }

  #commit(writes: readonly (() => void)[]): void {
    const all = [...this.#refused, ...writes];
    if (all.length === 0) return;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const write of all) write();
      this.#database.exec('COMMIT');
      this.#refused = [];
    } catch (cause) {
      // a full disk may have ended the transaction by itself
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      if (!isDiskFull(cause)) throw cause;
      this.#refused = all;
    }
  }

  close(): void {
    this.#commit([]);
    this.#database.close();
  }
}

export function sqliteStorage(file: string): Storage {
  return new SqliteStorage(file);
}
