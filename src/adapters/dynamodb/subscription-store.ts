import { GENERATOR_LOOK_MS, generatorDueAtMs } from '../../domain/subscriptions/generator.ts';
import type { GenerateSubscription, Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { dueItems } from './due.ts';
import { NamedRecords } from './named-records.ts';
import { raiseRoutesRevision, readRoutesRevision } from './routes-revision.ts';
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
        atMs: (subscription) =>
          subscription.platform === 'generate' ? generatorDueAtMs(subscription) : undefined,
      },
    });
  }

  async create(subscription: Subscription): Promise<'created' | 'name-taken'> {
    return this.#raising(subscription.platform, await this.#records.create(subscription));
  }

  get(appId: string, nameOrId: string): Promise<Subscription | undefined> {
    return this.#records.get(appId, nameOrId);
  }

  list(appId: string): Promise<Subscription[]> {
    return this.#records.list(appId);
  }

  async update(subscription: Subscription): Promise<'updated' | 'changed' | 'gone'> {
    return this.#raising(subscription.platform, await this.#records.update(subscription));
  }

  async remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#raising('salesforce', await this.#records.remove(appId, id));
  }

  routesRevision(): Promise<number> {
    return readRoutesRevision(this.#table);
  }

  async listGeneratorsDue(nowMs: number, limit: number): Promise<GenerateSubscription[]> {
    const items = await dueItems(this.#table, 'GENERATOR', { nowMs, longestMs: GENERATOR_LOOK_MS, limit });
    return items
      .map((item) => recordOf<Subscription>(item))
      .filter((subscription) => subscription.platform === 'generate');
  }

  /** Raises the revision, except for generators, which change every minute and are read by no feed. */
  async #raising<T>(platform: Subscription['platform'], outcome: T): Promise<T> {
    if (platform === 'salesforce') await raiseRoutesRevision(this.#table);
    return outcome;
  }
}
