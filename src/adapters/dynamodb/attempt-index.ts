import type { Clock } from '../../base/clock.ts';
import { type AppRetention, retentionOf } from '../../domain/apps/retention.ts';
import type { AttemptIndex } from '../../domain/history/attempt-index.ts';
import type { HistoryEntry } from '../../domain/history/history-entry.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import { attemptKey, attemptPrefix } from './keys.ts';
import { recordOf, type Table } from './table.ts';

/** The limit for one invocation. A batch from the queue has at most ten messages of a thousand events. */
const WAITING_MAX = 20_000;

export interface DynamoAttemptIndexPorts {
  readonly clock: Clock;
  readonly retention?: Pick<AppRetention, 'of'> | undefined;
  readonly log: Log;
}

/**
 * One item per attempt, written in batches of 25 before the messages of an invocation end. Each costs one write unit,
 * because an entry is smaller than a kilobyte.
 */
export class DynamoAttemptIndex implements AttemptIndex {
  readonly #table: Table;
  readonly #ports: DynamoAttemptIndexPorts;
  #recorded: HistoryEntry[] = [];

  constructor(table: Table, ports: DynamoAttemptIndexPorts) {
    this.#table = table;
    this.#ports = ports;
  }

  record(entry: HistoryEntry): void {
    if (this.#recorded.length < WAITING_MAX) this.#recorded.push(entry);
    else
      this.#ports.log.write('HISTORY_LOST', {
        count: 1,
        error: 'more entries wait for the table than are kept',
      });
  }

  async flush(): Promise<void> {
    const recorded = this.#recorded;
    if (recorded.length === 0) return;
    this.#recorded = [];
    try {
      const items = await Promise.all(
        recorded.map(async (entry) => {
          const forgetAtMs = entry.atMs + (await retentionOf(this.#ports.retention, entry.appId));
          return {
            ...attemptKey(entry),
            record: entry,
            [TABLE_TTL_ATTRIBUTE]: Math.ceil(forgetAtMs / 1_000),
          };
        }),
      );
      await this.#table.putAll(items);
    } catch (error) {
      // The deliveries are done, and each attempt is in the log: repeating them would be worse than a gap here.
      this.#ports.log.write('HISTORY_LOST', { count: recorded.length, ...describeError(error) });
    }
  }

  async find(appId: string, eventId: string, limit: number): Promise<readonly HistoryEntry[]> {
    const { items } = await this.#table.queryPage({
      ...this.#ofEvent(appId, eventId),
      descending: true,
      limit,
    });
    // DynamoDB's expiry may be days late.
    const nowSeconds = this.#ports.clock.now() / 1_000;
    return items
      .filter((item) => Number(item[TABLE_TTL_ATTRIBUTE]) > nowSeconds)
      .map((item) => recordOf<HistoryEntry>(item));
  }

  async erase(appId: string, eventId: string): Promise<number> {
    const items = await this.#table.query(this.#ofEvent(appId, eventId));
    await this.#table.deleteAll(items);
    return items.length;
  }

  #ofEvent(appId: string, eventId: string) {
    const { pk, sk } = attemptPrefix(appId, eventId);
    return { expression: 'pk = :pk AND begins_with(sk, :prefix)', values: { pk, prefix: sk } };
  }
}
