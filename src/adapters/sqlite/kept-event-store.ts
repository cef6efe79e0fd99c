import type { KeptEvent, KeptEventStore, NewKeptEvent } from '../../domain/subscriptions/kept-event-store.ts';
import type { Database } from './database.ts';
import { numberOf, textOf } from './rows.ts';

export class SqliteKeptEventStore implements KeptEventStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  keep(appId: string, subscriptionId: string, events: readonly NewKeptEvent[], max: number): Promise<void> {
    return this.#database.write(() => {
      for (const { atMs, forgetAtMs, eventJson } of events.slice(-max)) {
        this.#database.run(
          'INSERT INTO kept_events (app_id, subscription_id, at_ms, forget_at_ms, event_json) VALUES (?, ?, ?, ?, ?)',
          appId,
          subscriptionId,
          atMs,
          forgetAtMs,
          eventJson,
        );
      }
      this.#database.run(
        `DELETE FROM kept_events WHERE app_id = ? AND subscription_id = ? AND number <=
           (SELECT number FROM kept_events WHERE app_id = ? AND subscription_id = ? ORDER BY number DESC LIMIT 1 OFFSET ?)`,
        appId,
        subscriptionId,
        appId,
        subscriptionId,
        max,
      );
    });
  }

  async list(
    appId: string,
    subscriptionId: string,
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<KeptEvent[]> {
    return this.#database
      .all(
        `SELECT number, at_ms, forget_at_ms, event_json FROM kept_events
         WHERE app_id = ? AND subscription_id = ? AND number < ? ORDER BY number DESC LIMIT ?`,
        appId,
        subscriptionId,
        after === undefined ? Number.MAX_SAFE_INTEGER : Number(after),
        limit,
      )
      .map((row) => ({
        id: String(numberOf(row, 'number')),
        atMs: numberOf(row, 'at_ms'),
        forgetAtMs: numberOf(row, 'forget_at_ms'),
        eventJson: textOf(row, 'event_json'),
      }));
  }

  remove(appId: string, subscriptionId: string, ids: readonly string[]): Promise<number> {
    return this.#database.write(() =>
      ids.reduce(
        (count, id) =>
          count +
          this.#database.run(
            'DELETE FROM kept_events WHERE app_id = ? AND subscription_id = ? AND number = ?',
            appId,
            subscriptionId,
            Number(id),
          ),
        0,
      ),
    );
  }

  async clear(appId: string, subscriptionId: string): Promise<void> {
    await this.#database.write(() =>
      this.#database.run(
        'DELETE FROM kept_events WHERE app_id = ? AND subscription_id = ?',
        appId,
        subscriptionId,
      ),
    );
  }

  forgetDue(nowMs: number, limit: number): Promise<number> {
    return this.#database.write(() =>
      this.#database.run(
        'DELETE FROM kept_events WHERE number IN (SELECT number FROM kept_events WHERE forget_at_ms <= ? LIMIT ?)',
        nowMs,
        limit,
      ),
    );
  }
}
