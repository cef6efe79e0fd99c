import type { GenerateSubscription, Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { dueItems } from './due.ts';
import { NamedRecords } from './named-records.ts';
import { recordOf, type Table } from './table.ts';

export class DynamoSubscriptionStore implements SubscriptionStore {
  readonly #table: Table;
  readonly #records: NamedRecords<Subscription>;

  constructor(table: Table) {
    this.#table = table;
    this.#records = new NamedRecords(table, {
      kind: 'SUBSCRIPTION',
      nameOf: ({ name }) => name,
      due: {
        kind: 'GENERATOR',
        atMs: (subscription) => (subscription.platform === 'generate' ? subscription.nextRunAtMs : undefined),
      },
    });
  }

  create(subscription: Subscription): Promise<'created' | 'name-taken'> {
    return this.#records.create(subscription);
  }

  get(appId: string, nameOrId: string): Promise<Subscription | undefined> {
    return this.#records.get(appId, nameOrId);
  }

  list(appId: string): Promise<Subscription[]> {
    return this.#records.list(appId);
  }

  update(subscription: Subscription): Promise<'updated' | 'changed' | 'gone'> {
    return this.#records.update(subscription);
  }

  remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#records.remove(appId, id);
  }

  async listGeneratorsDue(nowMs: number, limit: number): Promise<GenerateSubscription[]> {
    const items = await dueItems(this.#table, 'GENERATOR', nowMs, limit);
    return items
      .map((item) => recordOf<Subscription>(item))
      .filter((subscription) => subscription.platform === 'generate');
  }
}
