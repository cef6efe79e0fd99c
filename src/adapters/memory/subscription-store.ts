import { GENERATOR_LOOK_MS, generatorDueAtMs } from '../../domain/subscriptions/generator.ts';
import type { GenerateSubscription, Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { due, NamedRecords } from './named-records.ts';
import type { MemoryState } from './state.ts';

export class MemorySubscriptionStore implements SubscriptionStore {
  readonly #state: MemoryState;
  readonly #records: NamedRecords<Subscription>;

  constructor(state: MemoryState) {
    this.#state = state;
    this.#records = new NamedRecords(state.subscriptions, (subscription) => subscription.name);
  }

  async create(subscription: Subscription): Promise<'created' | 'name-taken'> {
    this.#state.routesRevision += 1;
    return this.#records.create(subscription);
  }

  async get(appId: string, nameOrId: string): Promise<Subscription | undefined> {
    return this.#records.get(appId, nameOrId);
  }

  async list(appId: string): Promise<Subscription[]> {
    return this.#records.list(appId);
  }

  async update(subscription: Subscription): Promise<'updated' | 'changed' | 'gone'> {
    this.#state.routesRevision += 1;
    return this.#records.update(subscription);
  }

  async remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    this.#state.routesRevision += 1;
    return this.#records.remove(appId, id);
  }

  async routesRevision(): Promise<number> {
    return this.#state.routesRevision;
  }

  async listGeneratorsDue(nowMs: number, limit: number): Promise<GenerateSubscription[]> {
    const generators = [...this.#state.subscriptions.values()].filter((one) => one.platform === 'generate');
    return due(generators, generatorDueAtMs, nowMs, GENERATOR_LOOK_MS, limit);
  }
}
