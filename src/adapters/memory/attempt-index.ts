import type { Clock } from '../../base/clock.ts';
import { type AppRetention, retentionOf } from '../../domain/apps/retention.ts';
import type { AttemptIndex } from '../../domain/history/attempt-index.ts';
import type { HistoryEntry } from '../../domain/history/history-entry.ts';

interface KeptAttempt {
  readonly entry: HistoryEntry;
  readonly forgetAtMs: number;
}

export class MemoryAttemptIndex implements AttemptIndex {
  readonly #clock: Clock;
  readonly #retention: Pick<AppRetention, 'of'> | undefined;
  #recorded: HistoryEntry[] = [];
  #kept: readonly KeptAttempt[] = [];

  constructor({
    clock,
    retention,
  }: { readonly clock: Clock; readonly retention?: Pick<AppRetention, 'of'> }) {
    this.#clock = clock;
    this.#retention = retention;
  }

  record(entry: HistoryEntry): void {
    this.#recorded.push(entry);
  }

  async flush(): Promise<void> {
    const recorded = this.#recorded;
    this.#recorded = [];
    for (const entry of recorded) {
      const forgetAtMs = entry.atMs + (await retentionOf(this.#retention, entry.appId));
      this.#kept = [...this.#kept.filter((each) => !isSame(each.entry, entry)), { entry, forgetAtMs }];
    }
  }

  async find(appId: string, eventId: string, limit: number): Promise<readonly HistoryEntry[]> {
    return this.#kept
      .filter(({ entry, forgetAtMs }) => isOf(entry, appId, eventId) && forgetAtMs > this.#clock.now())
      .map(({ entry }) => entry)
      .toSorted((one, other) => other.atMs - one.atMs)
      .slice(0, limit);
  }

  async erase(appId: string, eventId: string): Promise<number> {
    const left = this.#kept.filter(({ entry }) => !isOf(entry, appId, eventId));
    const count = this.#kept.length - left.length;
    this.#kept = left;
    return count;
  }
}

function isOf(entry: HistoryEntry, appId: string, eventId: string): boolean {
  return entry.appId === appId && entry.eventId === eventId;
}

function isSame(one: HistoryEntry, other: HistoryEntry): boolean {
  return (
    one.appId === other.appId &&
    one.deliveryId === other.deliveryId &&
    one.atMs === other.atMs &&
    one.attempt === other.attempt
  );
}
