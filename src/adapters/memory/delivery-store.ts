import { type Delivery, type DeliveryStatus, SWEEP_AHEAD_MS_MAX } from '../../domain/deliveries/delivery.ts';
import { deliveryPosition, pageToken, parsePageToken } from '../../domain/deliveries/delivery-position.ts';
import {
  type AvailableSize,
  DELIVERY_PAGE_MAX,
  type DeliveryPage,
  type DeliveryQuery,
  type DeliveryStore,
  type StoredDelivery,
} from '../../domain/deliveries/delivery-store.ts';
import { isHeld, pullPosition } from '../../domain/deliveries/pull.ts';
import { due } from './named-records.ts';
import { compareText, type MemoryState } from './state.ts';

export class MemoryDeliveryStore implements DeliveryStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async create(delivery: Delivery, eventJson: string): Promise<'created' | 'exists'> {
    const key = keyOf(delivery.appId, delivery.id);
    if (this.#state.deliveries.has(key)) return 'exists';
    this.#state.deliveries.set(key, { delivery, eventJson });
    return 'created';
  }

  async get(appId: string, id: string): Promise<StoredDelivery | undefined> {
    return this.#state.deliveries.get(keyOf(appId, id));
  }

  async list(appId: string, query: DeliveryQuery): Promise<DeliveryPage> {
    const limit = Math.min(query.limit, DELIVERY_PAGE_MAX);
    const after = query.after === undefined ? undefined : parsePageToken(query.after);
    if (query.after !== undefined && after === undefined) return { deliveries: [] };
    const compare = (a: string, b: string) =>
      query.order === 'oldest-first' ? compareText(a, b) : compareText(b, a);
    const found = [...this.#state.deliveries.values()]
      .map(({ delivery }) => ({ delivery, position: deliveryPosition(delivery) }))
      .filter(({ delivery }) => delivery.appId === appId)
      .filter(({ delivery }) => query.statuses === undefined || query.statuses.includes(delivery.status))
      .filter(
        ({ delivery }) => query.publicationId === undefined || delivery.publicationId === query.publicationId,
      )
      .filter(({ position }) => after === undefined || compare(position, after) > 0)
      .sort((a, b) => compare(a.position, b.position));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      deliveries: page.map(({ delivery }) => delivery),
      next: last !== undefined && found.length > page.length ? pageToken(last.position) : undefined,
    };
  }

  async count(appId: string, status: DeliveryStatus, max: number): Promise<number> {
    const counted = this.#all().filter((delivery) => delivery.appId === appId && delivery.status === status);
    return Math.min(counted.length, max);
  }

  async countByPublication(
    appId: string,
    status: DeliveryStatus,
    max: number,
  ): Promise<ReadonlyMap<string, number>> {
    const counted = this.#all()
      .filter((delivery) => delivery.appId === appId && delivery.status === status)
      .sort((one, other) => other.createdAtMs - one.createdAtMs)
      .slice(0, max);
    const groups = Map.groupBy(counted, ({ publicationId }) => publicationId);
    return new Map([...groups].map(([id, deliveries]) => [id, deliveries.length]));
  }

  async listAvailable(
    appId: string,
    publicationId: string,
    nowMs: number,
    limit: number,
  ): Promise<Delivery[]> {
    return this.#available(appId, publicationId)
      .filter((delivery) => !isHeld(delivery, nowMs))
      .sort((a, b) => compareText(pullPosition(a), pullPosition(b)))
      .slice(0, limit);
  }

  async countAvailable(appId: string, publicationId: string, max: number): Promise<number> {
    return Math.min(this.#available(appId, publicationId).length, max);
  }

  async sizeAvailable(appId: string, publicationId: string, max: number): Promise<AvailableSize> {
    const counted = this.#available(appId, publicationId).slice(0, max);
    return { count: counted.length, bytes: counted.reduce((sum, { bytes = 0 }) => sum + bytes, 0) };
  }

  #available(appId: string, publicationId: string): Delivery[] {
    return this.#all().filter(
      (delivery) =>
        delivery.appId === appId &&
        delivery.publicationId === publicationId &&
        delivery.status === 'available',
    );
  }

  async update(delivery: Delivery): Promise<'updated' | 'changed' | 'gone'> {
    const key = keyOf(delivery.appId, delivery.id);
    const stored = this.#state.deliveries.get(key);
    if (stored === undefined) return 'gone';
    if (stored.delivery.version !== delivery.version) return 'changed';
    this.#state.deliveries.set(key, { ...stored, delivery: { ...delivery, version: delivery.version + 1 } });
    return 'updated';
  }

  async remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#state.deliveries.delete(keyOf(appId, id)) ? 'removed' : 'gone';
  }

  async listSweepDue(nowMs: number, limit: number): Promise<Delivery[]> {
    return due(this.#all(), (delivery) => delivery.sweepAtMs, nowMs, SWEEP_AHEAD_MS_MAX, limit);
  }

  async forgetDue(nowMs: number, limit: number): Promise<number> {
    const ended = due(this.#all(), forgetAtMs, nowMs, Number.POSITIVE_INFINITY, limit);
    for (const { appId, id } of ended) this.#state.deliveries.delete(keyOf(appId, id));
    return ended.length;
  }

  #all(): Delivery[] {
    return [...this.#state.deliveries.values()].map(({ delivery }) => delivery);
  }
}

function keyOf(appId: string, id: string): string {
  return `${appId}#${id}`;
}

/** A delivery that is being retried is not removed. */
function forgetAtMs(delivery: Delivery): number | undefined {
  return delivery.sweepAtMs === undefined ? delivery.forgetAtMs : undefined;
}
