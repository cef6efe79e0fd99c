import { type Cache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';

interface Look {
  readonly publication: Promise<Publication | undefined>;
  readonly atMs: number;
}

/** The maximum age of a publication's state when something is sent to it. */
const AGE_MS_MAX = 5_000;
const ENTRIES_MAX = 1_000;
/**
 * For this long the publish URL accepts events for a deleted publication, because it caches it (`functions/ingest`):
 * ten seconds, plus ten for clock differences and the request itself. An event that arrived this shortly before another
 * publication took the name is meant for that one.
 */
export const ACCEPTED_FOR_FORMER_MS = 20_000;

/** Finds the publication that has taken the name of a deleted one. */
export class Successors {
  readonly #store: Pick<PublicationStore, 'get'>;
  readonly #clock: Clock;
  readonly #looks: Cache<Look>;

  constructor(store: Pick<PublicationStore, 'get'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#looks = makeCache(ENTRIES_MAX, { clock, ageMsMax: AGE_MS_MAX });
  }

  /**
   * For an event published to a name: returns the current publication of that name, if it had the name when the event
   * was accepted or took it just afterwards.
   * @param acceptedAtMs when the event was queued
   */
  async of(appId: string, name: string, acceptedAtMs: number): Promise<Publication | undefined> {
    const key = `${appId}/${name}`;
    const known = this.#looks.get(key);
    const before = await known?.publication;
    // That there was none at that time says nothing about an event that arrived later.
    const isOfUse = known !== undefined && (before !== undefined || acceptedAtMs <= known.atMs);
    const publication = isOfUse ? before : await this.#look(key, appId, name);
    const isSuccessor =
      publication !== undefined && publication.createdAtMs <= acceptedAtMs + ACCEPTED_FOR_FORMER_MS;
    return isSuccessor ? publication : undefined;
  }

  #look(key: string, appId: string, name: string): Promise<Publication | undefined> {
    const publication = this.#store.get(appId, name);
    this.#looks.set(key, { publication, atMs: this.#clock.now() });
    // A failure is not cached; whoever awaits it gets the error.
    publication.catch(() => this.#looks.delete(key));
    return publication;
  }
}
