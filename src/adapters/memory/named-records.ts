import { isDue } from '../../base/due.ts';
import { compareText } from './state.ts';

export interface NamedRecord {
  readonly id: string;
  readonly appId: string;
  readonly version: number;
}

/** What authorizations, subscriptions and publications have in common: unique names in an app, versioned writes. */
export class NamedRecords<T extends NamedRecord> {
  readonly #records: Map<string, T>;
  readonly #nameOf: (record: T) => string;

  constructor(records: Map<string, T>, nameOf: (record: T) => string) {
    this.#records = records;
    this.#nameOf = nameOf;
  }

  create(record: T): 'created' | 'name-taken' {
    const name = this.#nameOf(record);
    if (this.list(record.appId).some((other) => this.#nameOf(other) === name)) return 'name-taken';
    this.#records.set(record.id, record);
    return 'created';
  }

  get(appId: string, nameOrId: string): T | undefined {
    const byId = this.#records.get(nameOrId);
    if (byId !== undefined) return byId.appId === appId ? byId : undefined;
    return this.list(appId).find((record) => this.#nameOf(record) === nameOrId);
  }

  list(appId: string): T[] {
    return [...this.#records.values()]
      .filter((record) => record.appId === appId)
      .sort((a, b) => compareText(this.#nameOf(a), this.#nameOf(b)));
  }

  update(record: T): 'updated' | 'changed' | 'gone' {
    const stored = this.#records.get(record.id);
    if (stored === undefined || stored.appId !== record.appId) return 'gone';
    if (stored.version !== record.version) return 'changed';
    this.#records.set(record.id, { ...record, version: record.version + 1 });
    return 'updated';
  }

  remove(appId: string, id: string): 'removed' | 'gone' {
    if (this.#records.get(id)?.appId !== appId) return 'gone';
    this.#records.delete(id);
    return 'removed';
  }
}

/** Records that are due, or whose time lies beyond `longestMs`, earliest first, at most `limit`. */
export function due<T>(
  records: Iterable<T>,
  dueAtMs: (record: T) => number | undefined,
  nowMs: number,
  longestMs: number,
  limit: number,
): T[] {
  return [...records]
    .flatMap((record) => {
      const atMs = dueAtMs(record);
      return atMs !== undefined && isDue(atMs, nowMs, longestMs) ? [{ record, atMs }] : [];
    })
    .sort((a, b) => a.atMs - b.atMs)
    .slice(0, limit)
    .map(({ record }) => record);
}
