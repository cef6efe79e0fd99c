import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { sideBySide } from '../../base/side-by-side.ts';
import type { KeptEvent, KeptEventStore, NewKeptEvent } from '../../domain/subscriptions/kept-event-store.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { KEPT_SLOT_PREFIX, keptCounterKey, keptPartition, keptSlotKey } from './keys.ts';
import type { Item, Table } from './table.ts';

const WRITTEN_AT_ONCE_MAX = 10;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/**
 * A subscription's kept events are a ring of items: a counter numbers each event, and the number determines the place,
 * where the event replaces the former one. So there are never more than `max`, and nothing has to be removed. A change
 * of `max` begins with `clear`, because it changes the places.
 */
export class DynamoKeptEventStore implements KeptEventStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async keep(
    appId: string,
    subscriptionId: string,
    events: readonly NewKeptEvent[],
    max: number,
  ): Promise<void> {
    const latest = events.slice(-max);
    if (latest.length === 0) return;
    const counter = await this.#table.update(keptCounterKey(appId, subscriptionId), {
      expression: 'ADD #counted :count',
      names: { counted: 'counted' },
      values: { count: latest.length },
    });
    const end = Number(counter?.['counted']);
    const items = await Promise.all(
      latest.map(async ({ atMs, forgetAtMs, eventJson }, index) => {
        const number = end - latest.length + index + 1;
        return {
          ...keptSlotKey(appId, subscriptionId, number % max),
          number,
          atMs,
          forgetAtMs,
          bytes: await compress(eventJson),
          [TABLE_TTL_ATTRIBUTE]: Math.ceil(forgetAtMs / 1_000),
        };
      }),
    );
    await sideBySide(items, WRITTEN_AT_ONCE_MAX, (item) => this.#table.put(item));
  }

  async list(
    appId: string,
    subscriptionId: string,
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<KeptEvent[]> {
    const before = after === undefined ? Number.POSITIVE_INFINITY : Number(after);
    const items = (await this.#slots(appId, subscriptionId))
      .filter(({ number }) => Number(number) < before)
      .sort((one, other) => Number(other['number']) - Number(one['number']))
      .slice(0, limit);
    return Promise.all(items.map(keptEventOf));
  }

  async remove(appId: string, subscriptionId: string, ids: readonly string[]): Promise<number> {
    const items = (await this.#slots(appId, subscriptionId)).filter(({ number }) =>
      ids.includes(String(number)),
    );
    const removed = await sideBySide(items, WRITTEN_AT_ONCE_MAX, (item) =>
      // Another event may have taken the place by now.
      this.#table.delete(item, {
        expression: '#number = :number',
        names: { number: 'number' },
        values: { number: item['number'] },
      }),
    );
    return removed.filter((item) => item !== undefined).length;
  }

  async clear(appId: string, subscriptionId: string): Promise<void> {
    await this.#table.deleteAll(await this.#slots(appId, subscriptionId));
  }

  /** DynamoDB's expiry removes the events, and listing checks their time. */
  async forgetDue(): Promise<number> {
    return 0;
  }

  #slots(appId: string, subscriptionId: string): Promise<Item[]> {
    return this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: keptPartition(appId, subscriptionId), prefix: KEPT_SLOT_PREFIX },
    });
  }
}

async function keptEventOf(item: Item): Promise<KeptEvent> {
  const { number, atMs, forgetAtMs, bytes } = item;
  if (!(bytes instanceof Uint8Array)) throw new Error('expected a kept event to have its bytes');
  return {
    id: String(number),
    atMs: Number(atMs),
    forgetAtMs: Number(forgetAtMs),
    eventJson: (await decompress(bytes)).toString(),
  };
}
