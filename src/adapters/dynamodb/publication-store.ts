import { PUBLICATION_DUE_AHEAD_MS_MAX, publicationDueAtMs } from '../../domain/publications/breaker-rules.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { dueItems } from './due.ts';
import { NamedRecords } from './named-records.ts';
import { recordOf, type Table } from './table.ts';

export class DynamoPublicationStore implements PublicationStore {
  readonly #table: Table;
  readonly #records: NamedRecords<Publication>;

  constructor(table: Table) {
    this.#table = table;
    this.#records = new NamedRecords(table, {
      kind: 'PUBLICATION',
      nameOf: ({ name }) => name,
      due: { kind: 'RELEASE', atMs: publicationDueAtMs },
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

  async listDue(nowMs: number, limit: number): Promise<Publication[]> {
    const items = await dueItems(this.#table, 'RELEASE', {
      nowMs,
      longestMs: PUBLICATION_DUE_AHEAD_MS_MAX,
      limit,
    });
    return items.map((item) => recordOf<Publication>(item));
  }

  remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#records.remove(appId, id);
  }
}
