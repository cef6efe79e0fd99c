import type { Stream } from './stream.ts';

export interface StreamStore {
  /** One stream a pair. */
  create(stream: Stream): Promise<'created' | 'exists'>;
  /** Replaces the filter, whether and by which key it is ordered, and whether drops are traced. */
  update(stream: Stream): Promise<'updated' | 'gone'>;
  list(appId: string): Promise<Stream[]>;
  listOfSubscription(appId: string, subscriptionId: string): Promise<Stream[]>;
  remove(appId: string, subscriptionId: string, publicationId: string): Promise<'removed' | 'gone'>;
}
