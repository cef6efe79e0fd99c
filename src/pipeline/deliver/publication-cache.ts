import { LookupCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';

/** The maximum age of a publication's state when something is sent to it: a pause takes effect within this time. */
export const PUBLICATION_AGE_MS_MAX = 5_000;
const ENTRIES_MAX = 10_000;

/** Caches publications for a few seconds. */
export class PublicationCache {
  readonly #store: PublicationStore;
  readonly #cached: LookupCache<Publication | null>;

  constructor(store: PublicationStore, clock: Clock) {
    this.#store = store;
    this.#cached = new LookupCache(ENTRIES_MAX, { clock, ageMsMax: PUBLICATION_AGE_MS_MAX });
  }

  /** Null if the publication has been deleted. */
  get(appId: string, name: string, id: string): Promise<Publication | null> {
    return this.#cached.get(id, async () => {
      const found = await this.#store.get(appId, name);
      // A new publication may have taken the name. It must not receive what was meant for the old one. Absence is
      // cached as well: the backlog of a deleted publication is dropped without a read for each message.
      return found?.id === id ? found : null;
    });
  }

  /** The next `get` reads it from the store. */
  forget(id: string): void {
    this.#cached.forget(id);
  }
}
