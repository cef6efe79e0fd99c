import { type Delivery, isOpen, succeeding } from '../../domain/deliveries/delivery.ts';
import type { DeliveryStore, StoredDelivery } from '../../domain/deliveries/delivery-store.ts';
import { writeUnlessChanged } from '../../domain/update-record.ts';

/**
 * How `deliver` writes records. Each step returns the record as it is stored now, or undefined if another write came
 * first: that write then decides what becomes of the delivery.
 */
export class DeliveryRecords {
  readonly #store: Pick<DeliveryStore, 'create' | 'get' | 'update' | 'remove'>;

  constructor(store: Pick<DeliveryStore, 'create' | 'get' | 'update' | 'remove'>) {
    this.#store = store;
  }

  /**
   * Stores the first record of a delivery, with its event. If the same event arrived before, its delivery continues or
   * is replaced.
   */
  async create(record: Delivery, eventJson: string): Promise<Delivery | undefined> {
    if ((await this.#store.create(record, eventJson)) === 'created') return record;
    const former = await this.#store.get(record.appId, record.id);
    if (former === undefined || isOpen(former.delivery)) return undefined;
    return this.#replace(former, record, eventJson);
  }

  /**
   * Replaces a delivery that has ended, and stores the event as it is now: the stream's filter may have changed since.
   * A crash between the two steps loses nothing, because the message is then received again.
   */
  async #replace(former: StoredDelivery, record: Delivery, eventJson: string): Promise<Delivery | undefined> {
    const replacement = succeeding(former.delivery, record);
    await this.#store.remove(record.appId, record.id);
    return (await this.#store.create(replacement, eventJson)) === 'created' ? replacement : undefined;
  }

  /** Updates a record that was read from the store. Its event does not change. */
  update(record: Delivery): Promise<Delivery | undefined> {
    return writeUnlessChanged(this.#store, record);
  }
}
