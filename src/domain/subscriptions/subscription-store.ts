import type { GenerateSubscription, Subscription } from './subscription.ts';

export interface SubscriptionStore {
  /** Names are unique among an app's subscriptions. */
  create(subscription: Subscription): Promise<'created' | 'name-taken'>;
  get(appId: string, nameOrId: string): Promise<Subscription | undefined>;
  /** Sorted by name, ascending. */
  list(appId: string): Promise<Subscription[]>;
  /** Writes `subscription` with `version + 1` if the stored version is still `subscription.version`. */
  update(subscription: Subscription): Promise<'updated' | 'changed' | 'gone'>;
  remove(appId: string, id: string): Promise<'removed' | 'gone'>;
  /**
   * Grows with each change of a Salesforce subscription or a stream of any app, so cached reads of them stay valid
   * while it is unchanged. It grows only after the change is written; a process that dies in between leaves it
   * unchanged.
   */
  routesRevision(): Promise<number>;
  /** Generators of all apps: `generatorDueAtMs` passed, or over `GENERATOR_LOOK_MS` ahead; earliest first. */
  listGeneratorsDue(nowMs: number, limit: number): Promise<GenerateSubscription[]>;
}
