import { PUBLICATION_DUE_AHEAD_MS_MAX, publicationDueAtMs } from '../../domain/publications/breaker-rules.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import type { Database } from './database.ts';
import { NamedRecords } from './named-records.ts';

export class SqlitePublicationStore implements PublicationStore {
  readonly #records: NamedRecords<Publication>;

  constructor(database: Database) {
    this.#records = new NamedRecords(database, {
      table: 'publications',
      nameOf: ({ name }) => name,
      dueAtMs: publicationDueAtMs,
    });
  }

  create(publication: Publication): Promise<'created' | 'name-taken'> {
    return this.#records.create(publication);
  }

  get(appId: string, nameOrId: string): Promise<Publication | undefined> {
    return this.#records.get(appId, nameOrId);
  }

  list(appId: string): Promise<Publication[]> {
    return this.#records.list(appId);
  }

  update(publication: Publication): Promise<'updated' | 'changed' | 'gone'> {
    return this.#records.update(publication);
  }

  listDue(nowMs: number, limit: number): Promise<Publication[]> {
    return this.#records.listDue(nowMs, PUBLICATION_DUE_AHEAD_MS_MAX, limit);
  }

  remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#records.remove(appId, id);
  }
}
