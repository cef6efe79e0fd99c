import type { Stream } from './stream.ts';

export interface StreamStore {
  /** At most one stream per pair of subscription and publication. */
  create(stream: Stream): Promise<'created' | 'exists'>;
  /** Replaces the filter, the order and its key, and whether drops are traced. */
  update(stream: Stream): Promise<'updated' | 'gone'>;
  list(appId: string): Promise<Stream[]>;
  listOfSubscription(appId: string, subscriptionId: string): Promise<Stream[]>;
  remove(appId: string, subscriptionId: string, publicationId: string): Promise<'removed' | 'gone'>;
}
