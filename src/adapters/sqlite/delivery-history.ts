import type { ErasureTarget } from '../../domain/deliveries/erasure.ts';
import type {
  DeliveryHistory,
  FoundDrops,
  FoundHistory,
  FoundRates,
  HistoryQuery,
  HistorySpan,
} from '../../domain/history/delivery-history.ts';
import {
  type DropCount,
  HISTORY_OUTCOMES,
  historyEventId,
  type KeptEntry,
} from '../../domain/history/history-entry.ts';
import { HISTORY_ROWS_MAX, type HistoryStore } from '../../domain/history/history-store.ts';
import { MINUTE_MS, minuteOf, RateSums } from '../../domain/history/minute-rates.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Database } from './database.ts';
import { numberOf, recordOf, textOf } from './rows.ts';

/** Entries that wait for their transaction; if the disk refuses them, further ones are lost. */
const WAITING_MAX = 20_000;

export interface SqliteHistoryOptions {
  /** Called when entries were lost. */
  readonly onLost?: ((fields: { readonly count: number; readonly error: string }) => void) | undefined;
  readonly rowsMax?: number | undefined;
}

/**
 * Stores history in the file. Everything recorded in one turn of the event loop joins the transaction that ends that
 * turn's messages: it costs a row, but neither a commit nor a promise.
 */
export class SqliteDeliveryHistory implements DeliveryHistory, HistoryStore {
  readonly #database: Database;
  readonly #options: SqliteHistoryOptions;
  #entries: KeptEntry[] = [];
  #drops: DropCount[] = [];
  #isWriting = false;

  constructor(database: Database, options: SqliteHistoryOptions = {}) {
    this.#database = database;
    this.#options = options;
  }

  record(entry: KeptEntry): void {
    if (this.#entries.length >= WAITING_MAX) {
      this.#lost(1, 'more entries wait for the disk than are kept');
      return;
    }
    this.#entries.push(entry);
    this.#write();
  }

  count(drops: DropCount): void {
    this.#drops.push(drops);
    this.#write();
  }

  async find(appId: string, query: HistoryQuery): Promise<FoundHistory> {
    const conditions = ['app_id = ?', 'at_ms >= ?', 'at_ms < ?'];
    const values: (string | number)[] = [appId, query.fromMs, query.untilMs];
    if (query.eventId !== undefined) {
      conditions.push('event_key = ?', "record ->> '$.eventId' = ?");
      values.push(eventKey(query.eventId), query.eventId);
    }
    if (query.publication !== undefined) {
      conditions.push("record ->> '$.publication' = ?");
      values.push(query.publication);
    }
    const index = query.eventId === undefined ? 'history_by_time' : 'history_of_event';
    const rows = this.#database.all(
      `SELECT record FROM history INDEXED BY ${index} WHERE ${conditions.join(' AND ')}
       ORDER BY at_ms DESC, number DESC LIMIT ?`,
      ...values,
      query.limit + 1,
    );
    return {
      kind: 'found',
      entries: rows.slice(0, query.limit).map((row) => recordOf<KeptEntry>(row)),
      isComplete: rows.length <= query.limit,
    };
  }

  async drops(
    appId: string,
    { fromMs, untilMs, limit }: HistorySpan & { limit: number },
  ): Promise<FoundDrops> {
    const rows = this.#database.all(
      `SELECT minute_ms, subscription_id, publication, dropped FROM drop_counts
       WHERE app_id = ? AND minute_ms > ? AND minute_ms < ?
       ORDER BY minute_ms DESC, subscription_id, publication LIMIT ?`,
      appId,
      fromMs - MINUTE_MS,
      untilMs,
      limit + 1,
    );
    return {
      kind: 'found',
      drops: rows.slice(0, limit).map((row) => ({
        appId,
        subscriptionId: textOf(row, 'subscription_id'),
        publication: textOf(row, 'publication'),
        atMs: numberOf(row, 'minute_ms'),
        count: numberOf(row, 'dropped'),
      })),
      isComplete: rows.length <= limit,
    };
  }

  async rates(appId: string, { fromMs, untilMs }: HistorySpan): Promise<FoundRates> {
    const sums = new RateSums();
    // A minute may have many rows, and deliveries continue meanwhile: each minute is its own turn.
    for (let minuteMs = minuteOf(fromMs); minuteMs < untilMs; minuteMs += MINUTE_MS) {
      const end = Math.min(minuteMs + MINUTE_MS, untilMs);
      if (this.#addMinute(sums, appId, minuteMs, { fromMs: Math.max(minuteMs, fromMs), untilMs: end })) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    for (const row of this.#database.all(
      `SELECT minute_ms, subscription_id, publication, dropped FROM drop_counts
       WHERE app_id = ? AND minute_ms > ? AND minute_ms < ?`,
      appId,
      fromMs - MINUTE_MS,
      untilMs,
    )) {
      sums.addDrops({
        minuteMs: numberOf(row, 'minute_ms'),
        subscriptionId: textOf(row, 'subscription_id'),
        publication: textOf(row, 'publication'),
        count: numberOf(row, 'dropped'),
      });
    }
    return { kind: 'found', rates: sums.all(), isComplete: true };
  }

  /** Returns whether the minute had any entries. */
  #addMinute(sums: RateSums, appId: string, minuteMs: number, { fromMs, untilMs }: HistorySpan): boolean {
    const rows = this.#database.all(
      `SELECT record ->> '$.subscriptionId' AS subscription_id, record ->> '$.publication' AS publication,
         record ->> '$.outcome' AS outcome, ifnull(record ->> '$.attempt' = 1, 0) AS is_first,
         count(*) AS counted, max(at_ms - (record ->> '$.queuedAtMs')) AS lag_ms
       FROM history INDEXED BY history_by_time WHERE app_id = ? AND at_ms >= ? AND at_ms < ?
       GROUP BY 1, 2, 3, 4`,
      appId,
      fromMs,
      untilMs,
    );
    for (const row of rows) {
      const outcome = HISTORY_OUTCOMES.find((each) => each === row['outcome']);
      // The outcome comes from a later version that wrote this file.
      if (outcome === undefined) continue;
      sums.addAttempts({
        minuteMs,
        subscriptionId: row['subscription_id'] === null ? undefined : textOf(row, 'subscription_id'),
        publication: textOf(row, 'publication'),
        outcome,
        isFirst: numberOf(row, 'is_first') === 1,
        count: numberOf(row, 'counted'),
        lagMsMax: row['lag_ms'] === null ? undefined : numberOf(row, 'lag_ms'),
      });
    }
    return rows.length > 0;
  }

  erase(appId: string, target: ErasureTarget, limit: number): Promise<number> {
    return this.#database.write(() =>
      this.#database.run(
        `DELETE FROM history WHERE number IN (SELECT number FROM history WHERE app_id = ? AND ${erasureCondition(target)} LIMIT ?)`,
        appId,
        erasureValue(target),
        limit,
      ),
    );
  }

  async countErasable(appId: string, target: ErasureTarget, max: number): Promise<number> {
    const row = this.#database.get(
      `SELECT count(*) AS counted FROM (SELECT 1 FROM history WHERE app_id = ? AND ${erasureCondition(target)} LIMIT ?)`,
      appId,
      erasureValue(target),
      max,
    );
    return row === undefined ? 0 : numberOf(row, 'counted');
  }

  forget(appId: string, beforeMs: number, limit: number): Promise<number> {
    return this.#database.write(() => {
      this.#database.run('DELETE FROM drop_counts WHERE app_id = ? AND minute_ms < ?', appId, beforeMs);
      return this.#database.run(
        `DELETE FROM history WHERE number IN
           (SELECT number FROM history WHERE app_id = ? AND at_ms < ? ORDER BY at_ms LIMIT ?)`,
        appId,
        beforeMs,
        limit,
      );
    });
  }

  forgetBeyondRoom(limit: number): Promise<number> {
    const rowsMax = this.#options.rowsMax ?? HISTORY_ROWS_MAX;
    return this.#database.write(() =>
      // The numbers of removed rows are missing: so fewer rows may stay than there is room for, but never more.
      this.#database.run(
        `DELETE FROM history WHERE number IN
           (SELECT number FROM history WHERE number <= (SELECT max(number) FROM history) - ? ORDER BY number LIMIT ?)`,
        rowsMax,
        limit,
      ),
    );
  }

  #write(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    let taken = 0;
    this.#database
      .write(() => {
        const entries = this.#entries;
        const drops = this.#drops;
        this.#entries = [];
        this.#drops = [];
        this.#isWriting = false;
        taken = entries.length;
        for (const entry of entries) this.#insert(entry);
        for (const each of drops) this.#add(each);
      })
      .catch((error: unknown) => {
        this.#isWriting = false;
        // The recorded attempts have happened, and their lines are in the log.
        this.#lost(taken, describeError(error).error);
      });
  }

  #insert(entry: KeptEntry): void {
    this.#database.run(
      'INSERT INTO history (app_id, at_ms, event_key, record) VALUES (?, ?, ?, ?)',
      entry.appId,
      Math.floor(entry.atMs),
      eventKey(entry.eventId),
      JSON.stringify(entry),
    );
  }

  #add({ appId, atMs, subscriptionId, publication, count }: DropCount): void {
    this.#database.run(
      `INSERT INTO drop_counts VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (app_id, minute_ms, subscription_id, publication) DO UPDATE SET dropped = dropped + excluded.dropped`,
      appId,
      Math.floor(atMs / MINUTE_MS) * MINUTE_MS,
      subscriptionId,
      publication,
      count,
    );
  }

  #lost(count: number, error: string): void {
    this.#options.onLost?.({ count, error });
  }
}

/**
 * A receiver's answer is a text in the record's JSON: the search terms are letters and digits, which JSON holds
 * unescaped.
 */
function erasureCondition({ by }: ErasureTarget): string {
  switch (by) {
    case 'event-id':
      return "record ->> '$.eventId' = ?";
    case 'subject':
      return "record ->> '$.eventSubject' = ?";
    case 'record':
      return 'instr(record, ?) > 0';
  }
}

function erasureValue({ by, value }: ErasureTarget): string {
  switch (by) {
    case 'event-id':
      return historyEventId(value);
    case 'subject':
      return value;
    case 'record':
      return value.slice(0, RECORD_KEY_LENGTH);
  }
}

/** 32-bit FNV-1a: events that share a key are told apart by their ids. */
function eventKey(eventId: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < eventId.length; at += 1) hash = Math.imul(hash ^ eventId.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** The prefix that the forms of 15 and 18 characters share. */
const RECORD_KEY_LENGTH = 15;
