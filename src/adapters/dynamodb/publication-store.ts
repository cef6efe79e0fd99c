import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { NamedRecords } from './named-records.ts';
import type { Table } from './table.ts';

export class DynamoPublicationStore implements PublicationStore {
  readonly #records: NamedRecords<Publication>;

  constructor(table: Table) {
    this.#records = new NamedRecords(table, { kind: 'PUBLICATION', nameOf: ({ name }) => name });
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

  remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#records.remove(appId, id);
  }
}
