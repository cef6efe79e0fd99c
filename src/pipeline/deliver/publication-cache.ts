import { LookupCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';

/** How old the state of a publication may be when something is sent to it: a pause takes effect within this time. */
export const PUBLICATION_AGE_MS_MAX = 5_000;
const ENTRIES_MAX = 10_000;

/** Publications as they were some seconds ago. */
export class PublicationCache {
  readonly #store: PublicationStore;
  readonly #cached: LookupCache<{ readonly publication: Publication | undefined }>;

  constructor(store: PublicationStore, clock: Clock) {
    this.#store = store;
    this.#cached = new LookupCache(ENTRIES_MAX, { clock, ageMsMax: PUBLICATION_AGE_MS_MAX });
  }

  /** Undefined if the publication is gone. */
  async get(appId: string, name: string, id: string): Promise<Publication | undefined> {
    // Its absence is cached as well: the backlog of a publication that is gone is dropped without a read for each message.
    const { publication } = await this.#cached.get(id, async () => {
      const found = await this.#store.get(appId, name);
      // A new publication may have taken the name. It must not get what was meant for the old one.
      return { publication: found?.id === id ? found : undefined };
    });
    return publication;
  }

  /** The next `get` reads it from the store. */
  forget(id: string): void {
    this.#cached.forget(id);
  }
}
