import { beyondReachMs } from '../../base/due.ts';
import { randomText } from '../../base/ids.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import {
  DELIVERY_STATUSES,
  type Delivery,
  type DeliveryStatus,
  SWEEP_AHEAD_MS_MAX,
} from '../../domain/deliveries/delivery.ts';
import { deliveryPosition, pageToken, parsePageToken } from '../../domain/deliveries/delivery-position.ts';
import {
  type AvailableSize,
  DELIVERY_PAGE_MAX,
  type DeliveryPage,
  type DeliveryQuery,
  type DeliveryStore,
  type StoredDelivery,
} from '../../domain/deliveries/delivery-store.ts';
import { isHeld, pullPosition, VISIBILITY_SECONDS } from '../../domain/deliveries/pull.ts';
import { DELIVERIES_INDEX, PULLS_INDEX } from '../../settings/table.ts';
import { type ListedKey, listKeys } from './delivery-list.ts';
import { dueItems, isFarLookDue } from './due.ts';
import { type EventReference, eventChunkKeys, eventItems, eventOf } from './event-chunks.ts';
import {
  deliveryKey,
  deliveryListShard,
  deliveryListShards,
  deliveryPartition,
  dueShard,
  HELD_PREFIX,
  heldBefore,
  NOT_HELD_PREFIX,
  pulledBytes,
  pullKey,
  pullShard,
  pullShards,
} from './keys.ts';
import { type Expression, type Item, type Key, NOT_THERE, recordOf, type Table } from './table.ts';

/** Our ids have 22 characters; a caller may pass anything, and DynamoDB refuses huge keys. */
const DELIVERY_ID_LENGTH_MAX = 200;
/** Deliveries removed concurrently. */
const FORGOTTEN_AT_ONCE_MAX = 10;
/** Index entries that are read beyond the requested number. */
const AVAILABLE_READ_MORE = 20;

/**
 * A record and the chunks of its event, in one partition. The chunks are written before the record and removed after
 * it, so that a record always has its event; a process that dies in between leaves chunks that nothing refers to, until
 * the app is removed.
 */
export class DynamoDeliveryStore implements DeliveryStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async create(delivery: Delivery, eventJson: string): Promise<'created' | 'exists'> {
    const { appId, id } = delivery;
    const writeId = randomText(9);
    const { reference, items } = await eventItems(appId, id, writeId, eventJson);
    await Promise.all(items.map((item) => this.#table.put(item)));
    const record = {
      ...deliveryKey(appId, id),
      ...indexedBy(delivery),
      record: delivery,
      event: reference,
      writeId,
    };
    if (await this.#table.put(record, NOT_THERE)) return 'created';
    const stored = await this.#table.get(record);
    // A request that the SDK sent twice meets its own first try: that one counts.
    if (stored !== undefined && eventOfRecord(stored).writeId === writeId) return 'created';
    await this.#table.deleteAll(items);
    return 'exists';
  }

  async get(appId: string, id: string): Promise<StoredDelivery | undefined> {
    if (id.length > DELIVERY_ID_LENGTH_MAX) return undefined;
    // A query is not a snapshot: it may pass the place of the chunks before they are written and then find the record.
    // A second read settles it.
    return (await this.#read(appId, id)) ?? (await this.#read(appId, id));
  }

  async #read(appId: string, id: string): Promise<StoredDelivery | undefined> {
    const items = await this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: deliveryPartition(appId, id), prefix: `${id}#` },
    });
    const record = items.find((item) => item.sk === deliveryKey(appId, id).sk);
    if (record === undefined) return undefined;
    const eventJson = await eventOf(eventKeysOf(record), items);
    return eventJson === undefined ? undefined : { delivery: recordOf<Delivery>(record), eventJson };
  }

  async list(appId: string, query: DeliveryQuery): Promise<DeliveryPage> {
    const limit = Math.min(query.limit, DELIVERY_PAGE_MAX);
    const after = query.after === undefined ? undefined : parsePageToken(query.after);
    if (query.after !== undefined && after === undefined) return { deliveries: [] };
    const statuses = query.statuses ?? DELIVERY_STATUSES;
    const { keys, goOnAfter } = await listKeys(this.#table, {
      shards: statuses.flatMap((status) => deliveryListShards(appId, status)),
      order: query.order ?? 'newest-first',
      publicationId: query.publicationId,
      after,
      limit,
    });
    return {
      deliveries: await this.#listed(keys, query),
      next: goOnAfter === undefined ? undefined : pageToken(goOnAfter),
    };
  }

  /**
   * Reads the records of the keys, in their order, without those that no longer match: the index lags behind the table.
   */
  async #listed(keys: readonly ListedKey[], query: DeliveryQuery): Promise<Delivery[]> {
    const found = new Map(
      (await this.#table.getAll(keys)).map((item) => [item.sk, recordOf<Delivery>(item)]),
    );
    return [...new Set(keys.map(({ sk }) => sk))]
      .map((sk) => found.get(sk))
      .filter((delivery) => delivery !== undefined)
      .filter(({ status }) => query.statuses === undefined || query.statuses.includes(status));
  }

  async count(appId: string, status: DeliveryStatus, max: number): Promise<number> {
    const shards = await Promise.all(
      deliveryListShards(appId, status).map((shard) =>
        this.#table.count(
          { index: DELIVERIES_INDEX.name, expression: 'listShard = :shard', values: { shard } },
          max,
        ),
      ),
    );
    return Math.min(
      shards.reduce((sum, count) => sum + count, 0),
      max,
    );
  }

  async countByPublication(
    appId: string,
    status: DeliveryStatus,
    max: number,
  ): Promise<ReadonlyMap<string, number>> {
    const shards = deliveryListShards(appId, status);
    const counts = new Map<string, number>();
    await Promise.all(
      shards.map(async (shard) => {
        const { items } = await this.#table.queryPage({
          index: DELIVERIES_INDEX.name,
          expression: 'listShard = :shard',
          values: { shard },
          descending: true,
          // Deliveries are spread evenly over the shards.
          limit: Math.ceil(max / shards.length),
        });
        for (const { publicationId } of items) {
          const id = String(publicationId);
          counts.set(id, (counts.get(id) ?? 0) + 1);
        }
      }),
    );
    return counts;
  }

  async listAvailable(
    appId: string,
    publicationId: string,
    nowMs: number,
    limit: number,
  ): Promise<Delivery[]> {
    // The index lags behind: some of the entries have been taken meanwhile.
    const wanted = limit + AVAILABLE_READ_MORE;
    const find = (keys: string, values: Readonly<Record<string, string>>) =>
      pullShards(appId, publicationId).map((shard) =>
        this.#table.queryPage({
          index: PULLS_INDEX.name,
          expression: `pullShard = :shard AND ${keys}`,
          values: { shard, ...values },
          limit: wanted,
        }),
      );
    const pages = await Promise.all([
      ...find('pullKey BETWEEN :first AND :last', { first: HELD_PREFIX, last: `${heldBefore(nowMs)}~` }),
      ...find('begins_with(pullKey, :prefix)', { prefix: NOT_HELD_PREFIX }),
      // A hold that ends later than any hold can was set by a clock that was ahead.
      ...(isFarLookDue(nowMs)
        ? find('pullKey BETWEEN :first AND :last', {
            first: heldBefore(beyondReachMs(nowMs, VISIBILITY_SECONDS.max * 1_000)),
            last: `${HELD_PREFIX}~`,
          })
        : []),
    ]);
    const items = await this.#table.getAll(pages.flatMap(({ items }) => items));
    return items
      .map((item) => recordOf<Delivery>(item))
      .filter((delivery) => delivery.status === 'available' && !isHeld(delivery, nowMs))
      .sort((a, b) => (pullPosition(a) < pullPosition(b) ? -1 : 1))
      .slice(0, limit);
  }

  async countAvailable(appId: string, publicationId: string, max: number): Promise<number> {
    const counts = await Promise.all(
      pullShards(appId, publicationId).map((shard) =>
        this.#table.count(
          { index: PULLS_INDEX.name, expression: 'pullShard = :shard', values: { shard } },
          max,
        ),
      ),
    );
    return Math.min(
      counts.reduce((sum, count) => sum + count, 0),
      max,
    );
  }

  async sizeAvailable(appId: string, publicationId: string, max: number): Promise<AvailableSize> {
    let [count, bytes] = [0, 0];
    for (const shard of pullShards(appId, publicationId)) {
      const pages = this.#table.queryPages({
        index: PULLS_INDEX.name,
        expression: 'pullShard = :shard',
        values: { shard },
      });
      for await (const items of pages) {
        for (const item of items.slice(0, max - count)) {
          count += 1;
          bytes += pulledBytes(String(item['pullKey']));
        }
        if (count >= max) return { count, bytes };
      }
    }
    return { count, bytes };
  }

  async update(delivery: Delivery): Promise<'updated' | 'changed' | 'gone'> {
    const key = deliveryKey(delivery.appId, delivery.id);
    const written: Delivery = { ...delivery, version: delivery.version + 1 };
    const writeId = randomText(9);
    const indexed = indexedBy(written);
    const isDue = indexed.dueShard !== undefined;
    const isPulled = indexed.pullShard !== undefined;
    const set = [
      '#record = :record, writeId = :writeId, listShard = :listShard, listKey = :listKey',
      ...(isDue ? ['dueShard = :dueShard, dueAtMs = :dueAtMs'] : []),
      ...(isPulled ? ['pullShard = :pullShard, pullKey = :pullKey'] : []),
    ];
    const removed = [...(isDue ? [] : ['dueShard, dueAtMs']), ...(isPulled ? [] : ['pullShard, pullKey'])];
    const remove = removed.length > 0 ? ` REMOVE ${removed.join(', ')}` : '';
    const updated = await this.#table.update(
      key,
      {
        expression: `SET ${set.join(', ')}${remove}`,
        names: { record: 'record', version: 'version' },
        values: {
          record: written,
          writeId,
          version: delivery.version,
          listShard: indexed.listShard,
          listKey: indexed.listKey,
          ...(isDue && { dueShard: indexed.dueShard, dueAtMs: indexed.dueAtMs }),
          ...(isPulled && { pullShard: indexed.pullShard, pullKey: indexed.pullKey }),
        },
      },
      '#record.#version = :version',
    );
    if (updated !== undefined) return 'updated';
    const stored = await this.#table.get(key);
    if (stored === undefined) return 'gone';
    return stored['writeId'] === writeId ? 'updated' : 'changed';
  }

  async remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    if (id.length > DELIVERY_ID_LENGTH_MAX) return 'gone';
    return (await this.#removeWithEvent(deliveryKey(appId, id))) ? 'removed' : 'gone';
  }

  async listSweepDue(nowMs: number, limit: number): Promise<Delivery[]> {
    const items = await dueItems(this.#table, 'DELIVERY', { nowMs, longestMs: SWEEP_AHEAD_MS_MAX, limit });
    return items.map((item) => recordOf<Delivery>(item)).filter(({ sweepAtMs }) => sweepAtMs !== undefined);
  }

  async forgetDue(nowMs: number, limit: number): Promise<number> {
    const items = await dueItems(this.#table, 'FORGET', { nowMs, limit });
    const removed = await sideBySide(items, FORGOTTEN_AT_ONCE_MAX, (item) => this.#forget(item));
    return removed.filter(Boolean).length;
  }

  /** Removes the delivery, unless its owner has just retried it. */
  #forget(item: Item): Promise<boolean> {
    return this.#removeWithEvent(item, {
      expression: '#record.#version = :version',
      names: { record: 'record', version: 'version' },
      values: { version: recordOf<Delivery>(item).version },
    });
  }

  async #removeWithEvent(key: Key, condition?: Expression): Promise<boolean> {
    const removed = await this.#table.delete(key, condition);
    if (removed === undefined) return false;
    await this.#table.deleteAll(eventKeysOf(removed));
    return true;
  }
}

function eventKeysOf(item: Item): Key[] {
  const { appId, id } = recordOf<Delivery>(item);
  return eventChunkKeys(appId, id, eventOfRecord(item));
}

function eventOfRecord(item: Item): EventReference {
  // `create` writes it with the record, and nothing changes it afterwards.
  return item['event'] as EventReference;
}

function indexedBy(delivery: Delivery): {
  listShard: string;
  listKey: string;
  publicationId: string;
  dueShard?: string;
  dueAtMs?: number;
  pullShard?: string;
  pullKey?: string;
} {
  const listed = {
    listShard: deliveryListShard(delivery.appId, delivery.status, delivery.id),
    listKey: deliveryPosition(delivery),
    publicationId: delivery.publicationId,
    ...(delivery.status === 'available' && {
      pullShard: pullShard(delivery.appId, delivery.publicationId, delivery.id),
      pullKey: pullKey(delivery),
    }),
  };
  if (delivery.sweepAtMs !== undefined) {
    return { ...listed, dueShard: dueShard('DELIVERY', delivery.id), dueAtMs: delivery.sweepAtMs };
  }
  if (delivery.forgetAtMs !== undefined) {
    return { ...listed, dueShard: dueShard('FORGET', delivery.id), dueAtMs: delivery.forgetAtMs };
  }
  return listed;
}
