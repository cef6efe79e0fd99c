import { makeCache } from '../../base/cache.ts';
import type { EndedLease, WorkerRenewal } from '../../domain/feeds/feed-store.ts';
import { type FeedWorkerRecord, hasRunOut, mayLive } from '../../domain/feeds/feed-worker-record.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { WORKERS_PARTITION, workerKey } from './keys.ts';
import { type Item, recordOf, type Table } from './table.ts';

/** A record that nobody removed expires: a day is far longer than anybody looks for what its worker left. */
const KEPT_SECONDS = 86_400;
/** Ended workers that a store caches; only a process that runs for days sees more. */
const ENDED_REMEMBERED_MAX = 1_000;

const NOT_ENDED = 'attribute_exists(pk) AND attribute_not_exists(#record.endedAtMs)';
const NAMES = { record: 'record' };

/**
 * The records of the workers. `endedLeases` is an attribute next to the record, so that whoever ends a lease can add to
 * it without knowing the record, and the worker reads it with its regular renewal.
 */
export class WorkerRecords {
  readonly #table: Table;
  /** A worker that has ended never lives again, so this is read only once. */
  readonly #ended = makeCache<true>(ENDED_REMEMBERED_MAX);

  constructor(table: Table) {
    this.#table = table;
  }

  async start(worker: FeedWorkerRecord): Promise<void> {
    await this.#table.put({ ...workerKey(worker.id), record: worker, [TABLE_TTL_ATTRIBUTE]: expiry(worker) });
  }

  async renew(worker: FeedWorkerRecord, heard: readonly EndedLease[]): Promise<WorkerRenewal> {
    const item = await this.#table.update(
      workerKey(worker.id),
      {
        expression: `SET #record = :record, #expires = :expires${heard.length > 0 ? ' DELETE endedLeases :heard' : ''}`,
        names: { ...NAMES, expires: TABLE_TTL_ATTRIBUTE },
        values: {
          record: worker,
          expires: expiry(worker),
          ...(heard.length > 0 && { heard: new Set(heard.map(leaseText)) }),
        },
      },
      NOT_ENDED,
    );
    if (item === undefined) return { kind: 'lost' };
    return { kind: 'renewed', endedLeases: endedLeasesOf(item) };
  }

  async list(): Promise<FeedWorkerRecord[]> {
    const items = await this.#table.query({
      expression: 'pk = :pk',
      values: { pk: WORKERS_PARTITION },
      mayBeStale: true,
    });
    return items.map((item) => recordOf<FeedWorkerRecord>(item));
  }

  async end(id: string, nowMs: number): Promise<void> {
    await this.#table.update(
      workerKey(id),
      {
        expression: 'SET #record.endedAtMs = :now, #record.renewedAtMs = :now',
        names: NAMES,
        values: { now: nowMs },
      },
      NOT_ENDED,
    );
  }

  /** Ends the worker if its lease has expired; returns whether it has ended, now or before. */
  async endDead(id: string, nowMs: number): Promise<boolean> {
    if (this.#ended.has(id)) return true;
    const stored = await this.#record(id);
    if (!mayLive(stored)) return this.#remember(id);
    if (!hasRunOut(stored, nowMs)) return false;
    const ended = await this.#table.update(
      workerKey(id),
      {
        expression: 'SET #record.endedAtMs = :now',
        names: NAMES,
        values: { now: nowMs, until: stored.untilMs },
      },
      `${NOT_ENDED} AND #record.untilMs = :until`,
    );
    // Otherwise it renewed at the last moment, or another process has ended it.
    return ended !== undefined || !mayLive(await this.#record(id)) ? this.#remember(id) : false;
  }

  async markRecovered(id: string, nowMs: number): Promise<void> {
    await this.#table.update(
      workerKey(id),
      { expression: 'SET #record.recoveredAtMs = :now', names: NAMES, values: { now: nowMs } },
      'attribute_exists(pk)',
    );
  }

  async remove(id: string): Promise<void> {
    await this.#table.delete(workerKey(id));
  }

  async tell(id: string, lease: EndedLease): Promise<void> {
    await this.#table.update(
      workerKey(id),
      { expression: 'ADD endedLeases :ended', names: NAMES, values: { ended: new Set([leaseText(lease)]) } },
      NOT_ENDED,
    );
  }

  async #record(id: string): Promise<FeedWorkerRecord | undefined> {
    const item = await this.#table.get(workerKey(id));
    return item === undefined ? undefined : recordOf<FeedWorkerRecord>(item);
  }

  #remember(id: string): true {
    this.#ended.set(id, true);
    return true;
  }
}

function expiry(worker: FeedWorkerRecord): number {
  return Math.ceil(worker.untilMs / 1_000) + KEPT_SECONDS;
}

function leaseText({ feedId, fence }: EndedLease): string {
  return `${fence}#${feedId}`;
}

function endedLeasesOf(item: Item): EndedLease[] {
  const texts = item['endedLeases'];
  if (!(texts instanceof Set)) return [];
  return [...texts].map((text) => {
    const [fence = '', ...feedId] = String(text).split('#');
    return { fence: Number(fence), feedId: feedId.join('#') };
  });
}
