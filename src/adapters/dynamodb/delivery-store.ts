import { randomText } from '../../base/ids.ts';
import { DELIVERY_STATUSES, type Delivery } from '../../domain/deliveries/delivery.ts';
import {
  DELIVERY_PAGE_MAX,
  type DeliveryPage,
  type DeliveryQuery,
  type DeliveryStore,
  type StoredDelivery,
} from '../../domain/deliveries/delivery-store.ts';
import { deliveryPosition, pageToken, parsePageToken } from '../delivery-position.ts';
import { type ListedKey, newestFirst } from './delivery-list.ts';
import { dueItems } from './due.ts';
import { type EventReference, eventItems, eventOf } from './event-chunks.ts';
import { deliveryKey, deliveryListShard, deliveryListShards, deliveryPartition, dueShard } from './keys.ts';
import { type Item, NOT_THERE, recordOf, type Table } from './table.ts';

/** Ours have 22 characters; what a caller gives may be anything, and DynamoDB refuses huge keys. */
const DELIVERY_ID_LENGTH_MAX = 200;
/** Deliveries forgotten side by side. */
const FORGET_CONCURRENCY = 10;

/**
 * A record and the chunks of its event, side by side in one partition. The chunks are written before the record and
 * removed after it, so that a record is never without its event.
 */
export class DynamoDeliveryStore implements DeliveryStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async create(delivery: Delivery, eventJson: string): Promise<'created' | 'exists'> {
    const { reference, items } = await eventItems(delivery.appId, delivery.id, eventJson);
    await Promise.all(items.map((item) => this.#table.put(item)));
    const record = {
      ...deliveryKey(delivery.appId, delivery.id),
      ...indexedBy(delivery),
      record: delivery,
      event: reference,
      writeId: randomText(9),
    };
    if (await this.#table.put(record, NOT_THERE)) return 'created';
    // A request that the SDK sent twice meets its own first try: that one counts. When the stored record is another's,
    // its event is as well; chunks of a different event lie beside them until the delivery is removed.
    return (await this.#table.get(record))?.['writeId'] === record.writeId ? 'created' : 'exists';
  }

  async get(appId: string, id: string): Promise<StoredDelivery | undefined> {
    if (id.length > DELIVERY_ID_LENGTH_MAX) return undefined;
    // A query is no snapshot: it may pass the place of the chunks before they are written and then meet the record.
    return (await this.#read(appId, id)) ?? (await this.#read(appId, id));
  }

  async #read(appId: string, id: string): Promise<StoredDelivery | undefined> {
    const items = await this.#itemsOf(appId, id);
    const record = items.find((item) => item.sk === deliveryKey(appId, id).sk);
    if (record === undefined) return undefined;
    const eventJson = await eventOf(appId, id, record['event'] as EventReference, items);
    return eventJson === undefined ? undefined : { delivery: recordOf<Delivery>(record), eventJson };
  }

  async list(appId: string, query: DeliveryQuery): Promise<DeliveryPage> {
    const limit = Math.min(query.limit, DELIVERY_PAGE_MAX);
    const after = query.after === undefined ? undefined : parsePageToken(query.after);
    if (query.after !== undefined && after === undefined) return { deliveries: [] };
    const statuses = query.status === undefined ? DELIVERY_STATUSES : [query.status];
    const { keys, goOnAfter } = await newestFirst(this.#table, {
      shards: statuses.flatMap((status) => deliveryListShards(appId, status)),
      publicationId: query.publicationId,
      before: after,
      limit,
    });
    return {
      deliveries: await this.#listed(keys, query),
      next: goOnAfter === undefined ? undefined : pageToken(goOnAfter),
    };
  }

  /** The records of the keys, in their order, but for those that no longer fit: the index is behind the table. */
  async #listed(keys: readonly ListedKey[], query: DeliveryQuery): Promise<Delivery[]> {
    const unique = new Map(keys.map((key) => [key.sk, key]));
    const found = new Map(
      (await this.#table.getAll([...unique.values()])).map((item) => [item.sk, recordOf<Delivery>(item)]),
    );
    return [...unique.keys()]
      .map((sk) => found.get(sk))
      .filter((delivery) => delivery !== undefined)
      .filter(({ status }) => query.status === undefined || status === query.status);
  }

  async update(delivery: Delivery): Promise<'updated' | 'changed' | 'gone'> {
    const key = deliveryKey(delivery.appId, delivery.id);
    const written: Delivery = { ...delivery, version: delivery.version + 1 };
    const writeId = randomText(9);
    const indexed = indexedBy(written);
    const due =
      indexed.dueShard === undefined
        ? 'REMOVE dueShard, dueAtMs'
        : ', dueShard = :dueShard, dueAtMs = :dueAtMs';
    const updated = await this.#table.update(
      key,
      {
        expression: `SET #record = :record, writeId = :writeId, listShard = :listShard, listKey = :listKey ${due}`,
        names: { record: 'record', version: 'version' },
        values: {
          record: written,
          writeId,
          version: delivery.version,
          listShard: indexed.listShard,
          listKey: indexed.listKey,
          ...(indexed.dueShard !== undefined && { dueShard: indexed.dueShard, dueAtMs: indexed.dueAtMs }),
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
    const removed = await this.#table.delete(deliveryKey(appId, id));
    // Also what a removal that was cut short has left.
    await this.#removeEvent(appId, id);
    return removed === undefined ? 'gone' : 'removed';
  }

  async listSweepDue(nowMs: number, limit: number): Promise<Delivery[]> {
    const items = await dueItems(this.#table, 'DELIVERY', nowMs, limit);
    return items.map((item) => recordOf<Delivery>(item)).filter(({ sweepAtMs }) => sweepAtMs !== undefined);
  }

  async forgetDue(nowMs: number, limit: number): Promise<number> {
    const items = await dueItems(this.#table, 'FORGET', nowMs, limit);
    let forgotten = 0;
    for (let start = 0; start < items.length; start += FORGET_CONCURRENCY) {
      const removed = await Promise.all(
        items.slice(start, start + FORGET_CONCURRENCY).map((item) => this.#forget(item)),
      );
      forgotten += removed.filter(Boolean).length;
    }
    return forgotten;
  }

  /** Unless its owner has just sent it on its way again. */
  async #forget(item: Item): Promise<boolean> {
    const { appId, id, version } = recordOf<Delivery>(item);
    const removed = await this.#table.delete(item, {
      expression: '#record.#version = :version',
      names: { record: 'record', version: 'version' },
      values: { version },
    });
    if (removed === undefined) return false;
    await this.#removeEvent(appId, id);
    return true;
  }

  async #removeEvent(appId: string, id: string): Promise<void> {
    const items = await this.#itemsOf(appId, id);
    const record = items.find((item) => item.sk === deliveryKey(appId, id).sk);
    // It was made anew meanwhile, and these chunks are its own.
    if (record !== undefined) return;
    await this.#table.deleteAll(items);
  }

  #itemsOf(appId: string, id: string): Promise<Item[]> {
    return this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: deliveryPartition(appId, id), prefix: `${id}#` },
    });
  }
}

function indexedBy(delivery: Delivery): {
  listShard: string;
  listKey: string;
  publicationId: string;
  dueShard?: string;
  dueAtMs?: number;
} {
  const listed = {
    listShard: deliveryListShard(delivery.appId, delivery.status, delivery.id),
    listKey: deliveryPosition(delivery),
    publicationId: delivery.publicationId,
  };
  if (delivery.sweepAtMs !== undefined) {
    return { ...listed, dueShard: dueShard('DELIVERY', delivery.id), dueAtMs: delivery.sweepAtMs };
  }
  if (delivery.forgetAtMs !== undefined) {
    return { ...listed, dueShard: dueShard('FORGET', delivery.id), dueAtMs: delivery.forgetAtMs };
  }
  return listed;
}
