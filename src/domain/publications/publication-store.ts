import type { Publication } from './publication.ts';

export interface PublicationStore {
  /** Names are unique among an app's publications. */
  create(publication: Publication): Promise<'created' | 'name-taken'>;
  get(appId: string, nameOrId: string): Promise<Publication | undefined>;
  /** Sorted by name, ascending. */
  list(appId: string): Promise<Publication[]>;
  /** Writes `publication` with `version + 1` if the stored version is still `publication.version`. */
  update(publication: Publication): Promise<'updated' | 'changed' | 'gone'>;
  /**
   * Publications of all apps whose `publicationDueAtMs` has passed, or lies more than `PUBLICATION_DUE_AHEAD_MS_MAX`
   * ahead; earliest first.
   */
  listDue(nowMs: number, limit: number): Promise<Publication[]>;
  remove(appId: string, id: string): Promise<'removed' | 'gone'>;
}
