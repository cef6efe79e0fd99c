import { PUBLICATION_DUE_AHEAD_MS_MAX, publicationDueAtMs } from '../../domain/publications/breaker-rules.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { due, NamedRecords } from './named-records.ts';
import type { MemoryState } from './state.ts';

export class MemoryPublicationStore implements PublicationStore {
  readonly #state: MemoryState;
  readonly #records: NamedRecords<Publication>;

  constructor(state: MemoryState) {
    this.#state = state;
    this.#records = new NamedRecords(state.publications, (publication) => publication.name);
  }

  async create(publication: Publication): Promise<'created' | 'name-taken'> {
    return this.#records.create(publication);
  }

  async get(appId: string, nameOrId: string): Promise<Publication | undefined> {
    return this.#records.get(appId, nameOrId);
  }

  async list(appId: string): Promise<Publication[]> {
    return this.#records.list(appId);
  }

  async update(publication: Publication): Promise<'updated' | 'changed' | 'gone'> {
    return this.#records.update(publication);
  }

  async listDue(nowMs: number, limit: number): Promise<Publication[]> {
    return due(
      [...this.#state.publications.values()],
      publicationDueAtMs,
      nowMs,
      PUBLICATION_DUE_AHEAD_MS_MAX,
      limit,
    );
  }

  async remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#records.remove(appId, id);
  }
}
