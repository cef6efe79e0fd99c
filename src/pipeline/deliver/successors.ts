import { type Cache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';

interface Look {
  readonly publication: Promise<Publication | undefined>;
  readonly atMs: number;
}

/** How old the state of a publication may be when something is sent to it. */
const AGE_MS_MAX = 5_000;
const ENTRIES_MAX = 1_000;
/**
 * So long, the publish URL accepts events for a publication that was deleted, because it remembers it (`functions/ingest`): ten seconds, and
 * as many for what clocks differ by and a request takes. An event that came so shortly before another one took the name is for that one.
 */
export const ACCEPTED_FOR_FORMER_MS = 20_000;

/** Which publication has the name of one that is gone. */
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
   * For what was published to a name: the publication that has it now, if it had it when the event was accepted, or took it just then.
   * @param acceptedAtMs when the event was queued
   */
  async of(appId: string, name: string, acceptedAtMs: number): Promise<Publication | undefined> {
    const key = `${appId}/${name}`;
    const known = this.#looks.get(key);
    const before = await known?.publication;
    // That there was none then says nothing of an event that came after.
    const isOfUse = known !== undefined && (before !== undefined || acceptedAtMs <= known.atMs);
    const publication = isOfUse ? before : await this.#look(key, appId, name);
    const isMeant =
      publication !== undefined && publication.createdAtMs <= acceptedAtMs + ACCEPTED_FOR_FORMER_MS;
    return isMeant ? publication : undefined;
  }

  #look(key: string, appId: string, name: string): Promise<Publication | undefined> {
    const publication = this.#store.get(appId, name);
    this.#looks.set(key, { publication, atMs: this.#clock.now() });
    // A failure is not remembered; whoever waits for it hears of it.
    publication.catch(() => this.#looks.delete(key));
    return publication;
  }
}
