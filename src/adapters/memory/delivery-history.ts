import type { ErasureTarget } from '../../domain/deliveries/erasure.ts';
import type {
  DeliveryHistory,
  FoundDrops,
  FoundHistory,
  FoundRates,
  HistoryQuery,
  HistorySpan,
} from '../../domain/history/delivery-history.ts';
import { type DropCount, historyEventId, type KeptEntry } from '../../domain/history/history-entry.ts';
import { HISTORY_ROWS_MAX, type HistoryStore } from '../../domain/history/history-store.ts';
import { MINUTE_MS, minuteOf, RateSums } from '../../domain/history/minute-rates.ts';

export class MemoryDeliveryHistory implements DeliveryHistory, HistoryStore {
  readonly #rowsMax: number;
  #entries: KeptEntry[] = [];
  #drops: DropCount[] = [];

  constructor(rowsMax: number = HISTORY_ROWS_MAX) {
    this.#rowsMax = rowsMax;
  }

  record(entry: KeptEntry): void {
    this.#entries.push(entry);
  }

  count(drops: DropCount): void {
    const atMs = minuteOf(drops.atMs);
    const same = (each: DropCount) =>
      each.appId === drops.appId &&
      each.atMs === atMs &&
      each.subscriptionId === drops.subscriptionId &&
      each.publication === drops.publication;
    const before = this.#drops.find(same)?.count ?? 0;
    this.#drops = [
      ...this.#drops.filter((each) => !same(each)),
      { ...drops, atMs, count: before + drops.count },
    ];
  }

  async find(appId: string, query: HistoryQuery): Promise<FoundHistory> {
    const found = this.#entries
      .filter(
        (entry) =>
          entry.appId === appId &&
          entry.atMs >= query.fromMs &&
          entry.atMs < query.untilMs &&
          (query.eventId === undefined || entry.eventId === query.eventId) &&
          (query.publication === undefined || entry.publication === query.publication),
      )
      .reverse()
      .sort((one, other) => other.atMs - one.atMs);
    return {
      kind: 'found',
      entries: found.slice(0, query.limit),
      isComplete: found.length <= query.limit,
    };
  }

  async drops(
    appId: string,
    { fromMs, untilMs, limit }: HistorySpan & { limit: number },
  ): Promise<FoundDrops> {
    const found = this.#drops
      .filter((each) => each.appId === appId && each.atMs > fromMs - MINUTE_MS && each.atMs < untilMs)
      .sort((one, other) => other.atMs - one.atMs);
    return { kind: 'found', drops: found.slice(0, limit), isComplete: found.length <= limit };
  }

  async rates(appId: string, { fromMs, untilMs }: HistorySpan): Promise<FoundRates> {
    const sums = new RateSums();
    for (const entry of this.#entries) {
      if (entry.appId !== appId || entry.atMs < fromMs || entry.atMs >= untilMs) continue;
      sums.addAttempts({
        minuteMs: minuteOf(entry.atMs),
        subscriptionId: entry.subscriptionId,
        publication: entry.publication,
        outcome: entry.outcome,
        isFirst: entry.attempt === 1,
        count: 1,
        lagMsMax: entry.queuedAtMs === undefined ? undefined : entry.atMs - entry.queuedAtMs,
      });
    }
    for (const { atMs, ...drops } of this.#drops) {
      if (drops.appId !== appId || atMs <= fromMs - MINUTE_MS || atMs >= untilMs) continue;
      const { subscriptionId, publication, count } = drops;
      sums.addDrops({ minuteMs: atMs, subscriptionId, publication, count });
    }
    return { kind: 'found', rates: sums.all(), isComplete: true };
  }

  async erase(appId: string, target: ErasureTarget, limit: number): Promise<number> {
    return this.#remove((entry) => entry.appId === appId && matchesTarget(entry, target), limit);
  }

  async countErasable(appId: string, target: ErasureTarget, max: number): Promise<number> {
    return this.#entries
      .filter((entry) => entry.appId === appId && matchesTarget(entry, target))
      .slice(0, max).length;
  }

  async forget(appId: string, beforeMs: number, limit: number): Promise<number> {
    this.#drops = this.#drops.filter((each) => each.appId !== appId || each.atMs >= beforeMs);
    return this.#remove((entry) => entry.appId === appId && entry.atMs < beforeMs, limit);
  }

  async forgetBeyondRoom(limit: number): Promise<number> {
    let beyond = Math.min(limit, this.#entries.length - this.#rowsMax);
    return this.#remove(() => beyond-- > 0, limit);
  }

  #remove(isGone: (entry: KeptEntry) => boolean, limit: number): number {
    const gone = new Set(this.#entries.filter(isGone).slice(0, limit));
    this.#entries = this.#entries.filter((entry) => !gone.has(entry));
    return gone.size;
  }
}

function matchesTarget(entry: KeptEntry, { by, value }: ErasureTarget): boolean {
  switch (by) {
    case 'event-id':
      return entry.eventId === historyEventId(value);
    case 'subject':
      return entry.eventSubject === value;
    case 'record':
      return JSON.stringify(entry).includes(value.slice(0, 15));
  }
}
