import { GENERATOR_LOOK_MS, generatorDueAtMs } from '../../domain/subscriptions/generator.ts';
import type { GenerateSubscription, Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import type { Database } from './database.ts';
import { NamedRecords } from './named-records.ts';
import { numberOf } from './rows.ts';

export class SqliteSubscriptionStore implements SubscriptionStore {
  readonly #database: Database;
  readonly #records: NamedRecords<Subscription>;

  constructor(database: Database) {
    this.#database = database;
    this.#records = new NamedRecords(database, {
      table: 'subscriptions',
      nameOf: ({ name }) => name,
      dueAtMs: (subscription) =>
        subscription.platform === 'generate' ? generatorDueAtMs(subscription) : undefined,
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

  /** Triggers in the database raise the revision. */
  async routesRevision(): Promise<number> {
    return numberOf(this.#database.get('SELECT revision FROM routes_revision') ?? {}, 'revision');
  }

  async listGeneratorsDue(nowMs: number, limit: number): Promise<GenerateSubscription[]> {
    const due = await this.#records.listDue(nowMs, GENERATOR_LOOK_MS, limit);
    return due.filter((subscription) => subscription.platform === 'generate');
  }
}
