import type { GenerateSubscription, Subscription } from './subscription.ts';

export interface SubscriptionStore {
  /** Names are unique among an app's subscriptions. */
  create(subscription: Subscription): Promise<'created' | 'name-taken'>;
  get(appId: string, nameOrId: string): Promise<Subscription | undefined>;
  /** By name, ascending. */
  list(appId: string): Promise<Subscription[]>;
  /** Writes `subscription` with `version + 1` if the stored version is still `subscription.version`. */
  update(subscription: Subscription): Promise<'updated' | 'changed' | 'gone'>;
  remove(appId: string, id: string): Promise<'removed' | 'gone'>;
  /**
   * Grows with each change of a Salesforce subscription or of a stream, of any app: what was read of them is good as long as
   * it stays the same. It grows once the change is written; whoever dies in between leaves it as it was.
   */
  routesRevision(): Promise<number>;
  /** The generators of all apps whose `generatorDueAtMs` has come, or lies beyond `GENERATOR_LOOK_MS`; earliest first. */
  listGeneratorsDue(nowMs: number, limit: number): Promise<GenerateSubscription[]>;
}
