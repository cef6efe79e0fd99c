import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type Clock, retentionClock, systemClock } from '../../base/clock.ts';
import { systemTimers } from '../../base/timers.ts';
import { StorageFullError } from '../../domain/storage-full.ts';
import { QUEUE_TABLES } from './queue-tables.ts';
import {
  APP_COUNTS_TABLE,
  CONSOLE_TABLES,
  FEED_POSITIONS_TABLE,
  HEROKU_RESOURCES_TABLE,
  HISTORY_TABLES,
  KEYED_REQUESTS_TABLE,
  LANE_TABLES,
  LISTENERS_UPGRADE,
  PULLS_INDEX,
  RATE_COUNTERS_TABLE,
  REDRIVES_TABLE,
  STORE_TABLES,
} from './store-tables.ts';

/** The file cannot be opened as one of our databases; the message says why and what to do. */
export class DatabaseFileError extends Error {
  override readonly name = 'DatabaseFileError';
}

export interface DatabaseOptions {
  /**
   * Makes every commit survive a power cut as well, at the cost of an fsync each. Without it, a commit survives the
   * death of the process.
   */
  readonly durable?: boolean | undefined;
}

/** Recognises our own files: "slce". */
const APPLICATION_ID = 0x736c6365;
/** The oldest version that a file may have; the tables of older ones are not known any more. */
const FIRST_VERSION = 2;
/** What each version added to the previous one, from the second on. Each change of the tables adds an entry. */
const UPGRADES: readonly string[] = [
  FEED_POSITIONS_TABLE,
  REDRIVES_TABLE,
  RATE_COUNTERS_TABLE,
  KEYED_REQUESTS_TABLE,
  LANE_TABLES,
  PULLS_INDEX,
  HISTORY_TABLES,
  LISTENERS_UPGRADE,
  CONSOLE_TABLES,
  HEROKU_RESOURCES_TABLE,
  APP_COUNTS_TABLE,
];
const SCHEMA_VERSION = FIRST_VERSION + UPGRADES.length;
const SCHEMA = `
  ${STORE_TABLES}
  ${QUEUE_TABLES}
  ${CONSOLE_TABLES}
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
/**
 * Events have about 2 kB: SQLite's own pages of 4,096 bytes would each be half empty. 20,000 parked deliveries take 5.2
 * kB each with those, 3.7 kB with these.
 */
const PAGE_BYTES = 8_192;
/** How long a write waits for a write of another process. */
const BUSY_TIMEOUT_MS = 5_000;
/**
 * At this size the log is written back, and it is truncated to it, so that a rush does not leave its size on disk for
 * good.
 */
const LOG_BYTES_KEPT_MAX = 4 * 1024 * 1024;

/** 8 MB reserved for the next rush: growing a file costs more than using its free pages. */
const FREE_PAGES_KEPT = 1_024;
/** 32 MB at a time, which takes about 100 ms. */
const PAGES_RELEASED_MAX = 4_096;

/** A write that waits for its transaction. */
interface PendingWrite {
  /** Does the work in its own savepoint; its result or error is reported when the transaction has ended. */
  run(): void;
  committed(): void;
  failed(error: unknown): void;
}

/**
 * The one SQLite file of a local run. Reads run at once. Writes requested in one turn of the event loop share one
 * transaction: their promises settle after the commit, so that nothing is acknowledged before it is stored.
 */
export class Database {
  /**
   * The clock for removing old data: the time of the file's last write, plus what has passed since it was opened, but
   * no later than now.
   */
  readonly retention: Clock;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #pending: PendingWrite[] = [];

  private constructor(db: DatabaseSync, writtenAtMs: number) {
    this.retention = retentionClock(systemClock, systemTimers, writtenAtMs);
    this.#db = db;
  }

  /** Opens or creates the file, readable by this user only. Throws `DatabaseFileError` or `StorageFullError`. */
  static open(path: string, options: DatabaseOptions = {}): Database {
    let db: DatabaseSync | undefined;
    try {
      const isNew = makeFile(path);
      const writtenAtMs = lastWrittenAtMs(path);
      db = new DatabaseSync(path);
      db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      refuseForeignFile(db, path);
      // These settings only work on a database without tables.
      if (isNew) db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL`);
      db.exec(`
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = ${options.durable === true ? 'FULL' : 'NORMAL'};
        PRAGMA journal_size_limit = ${LOG_BYTES_KEPT_MAX};
        PRAGMA wal_autocheckpoint = ${LOG_BYTES_KEPT_MAX / PAGE_BYTES};
        PRAGMA temp_store = MEMORY;
      `);
      makeTables(db);
      return new Database(db, writtenAtMs);
    } catch (error) {
      db?.close();
      throw openingError(error, path);
    }
  }

  /** All rows of a query. */
  all(sql: string, ...values: readonly SQLInputValue[]): Record<string, unknown>[] {
    return guarded(() => this.#statement(sql).all(...values));
  }

  /** The first row of a query. */
  get(sql: string, ...values: readonly SQLInputValue[]): Record<string, unknown> | undefined {
    return guarded(() => this.#statement(sql).get(...values));
  }

  /** Runs one statement of a write; returns how many rows it changed. Only inside `write`. */
  run(sql: string, ...values: readonly SQLInputValue[]): number {
    return guarded(() => Number(this.#statement(sql).run(...values).changes));
  }

  /**
   * Runs the work in the next transaction, and resolves with its result once that is committed. Work that throws is
   * undone alone; its neighbours in the transaction stay. Rejects with `StorageFullError` if the disk is full. Writes
   * that are requested inside the work run after it in the same transaction.
   */
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let tell: () => void;
      this.#pending.push({
        run: () => {
          this.#statement('SAVEPOINT work').run();
          try {
            const result = work();
            this.#statement('RELEASE work').run();
            tell = () => resolve(result);
          } catch (error) {
            tell = () => reject(error);
            // SQLite itself ends the whole transaction when the disk is full.
            if (!this.#db.isTransaction) throw error;
            this.#db.exec('ROLLBACK TO work; RELEASE work');
          }
        },
        committed: () => tell(),
        failed: reject,
      });
      if (this.#pending.length === 1) setImmediate(() => this.#commit());
    });
  }

  /**
   * Returns free pages beyond a reserve to the file system, a part at a time. Called by a write every minute: the space
   * of a rush is returned some minutes after it was freed. Only inside `write`.
   */
  releaseFreePages(): void {
    const free = Number(pragma(this.#db, 'freelist_count'));
    const given = Math.min(free - FREE_PAGES_KEPT, PAGES_RELEASED_MAX);
    if (given > 0) guarded(() => this.#db.exec(`PRAGMA incremental_vacuum(${given})`));
  }

  close(): void {
    this.#commit();
    this.#statements.clear();
    this.#db.close();
  }

  #commit(): void {
    const writes = this.#pending;
    if (writes.length === 0) return;
    try {
      guarded(() => {
        this.#statement('BEGIN IMMEDIATE').run();
        // Work may request more writes, which join this transaction: the array grows under the loop.
        for (const write of writes) write.run();
        this.#statement('COMMIT').run();
      });
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#pending = [];
      for (const write of writes) write.failed(error);
      return;
    }
    this.#pending = [];
    for (const write of writes) write.committed();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/**
 * Makes sure that the file exists and that only its owner may read it; the files that SQLite creates next to it inherit
 * this.
 */
function makeFile(path: string): boolean {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  return statSync(path).size === 0;
}

/** Call it before the file is opened. Writes go to the log next to the file first. */
function lastWrittenAtMs(path: string): number {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  return Math.max(statSync(path).mtimeMs, log?.mtimeMs ?? 0);
}

/** Call it before anything is written to the file. */
function refuseForeignFile(db: DatabaseSync, path: string): void {
  const applicationId = pragma(db, 'application_id');
  const version = pragma(db, 'user_version');
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (!isEmpty && applicationId !== APPLICATION_ID) {
    throw new DatabaseFileError(
      `${path}: expected a database of Sluice, found one of another program. Start with --state DIR to use another folder; this file was not touched.`,
    );
  }
  if (!isEmpty && upgradesOf(version) === undefined) {
    throw new DatabaseFileError(
      `${path}: expected version ${SCHEMA_VERSION} of its tables, found version ${version}. Run the version of Sluice that made it, or start with --state DIR to use another folder; this file was not touched.`,
    );
  }
}

/** Creates all tables or none, and only once, even if two processes open an incomplete file at the same moment. */
function makeTables(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  const version = pragma(db, 'user_version');
  if (version !== SCHEMA_VERSION) {
    const upgrades = upgradesOf(version);
    db.exec(
      upgrades === undefined ? SCHEMA : `${upgrades.join(' ')} PRAGMA user_version = ${SCHEMA_VERSION};`,
    );
  }
  db.exec('COMMIT');
}

/** The upgrades from that version to today's; undefined for a version that is not guessed at. */
function upgradesOf(version: unknown): readonly string[] | undefined {
  const isKnown = typeof version === 'number' && version >= FIRST_VERSION && version <= SCHEMA_VERSION;
  return isKnown ? UPGRADES.slice(version - FIRST_VERSION) : undefined;
}

function pragma(db: DatabaseSync, name: 'application_id' | 'user_version' | 'freelist_count'): unknown {
  return db.prepare(`PRAGMA ${name}`).get()?.[name];
}

/** SQLite's error codes. */
const SQLITE_FULL = 13;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  // The low byte is the kind of error; the rest gives details.
  return error.errcode & 0xff;
}

/** Translates SQLite's error for a full disk into ours. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (sqliteCode(error) !== SQLITE_FULL) throw error;
    throw new StorageFullError('expected room on the disk for the state, found it full', { cause: error });
  }
}

function openingError(error: unknown, path: string): unknown {
  const code = sqliteCode(error);
  if (code === SQLITE_FULL) {
    return new StorageFullError(`${path}: expected room on the disk, found it full`, { cause: error });
  }
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
    return new DatabaseFileError(
      `${path}: expected a database of Sluice, found a damaged file or one of another program. Move it away to start over, or start with --state DIR; this file was not touched.`,
      { cause: error },
    );
  }
  return error;
}
