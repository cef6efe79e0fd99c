import {
  type AllocationReading,
  type AllocationStore,
  PUBLISHED_HOUR_MS,
  PUBLISHED_KEPT_MS,
} from '../../domain/authorizations/allocation-store.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { allocationKey, allocationPrefix, appPartition, publishedKey } from './keys.ts';
import { recordOf, type Table } from './table.ts';

/** An addition that the SDK sends twice counts twice: the counts are a meter, not a ledger. */
export class DynamoAllocationStore implements AllocationStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async put(reading: AllocationReading): Promise<void> {
    await this.#table.put({ ...allocationKey(reading.appId, reading.authorizationId), record: reading });
  }

  async list(appId: string): Promise<AllocationReading[]> {
    const items = await this.#table.query({
      expression: 'pk = :pk AND begins_with(sk, :prefix)',
      values: { pk: appPartition(appId), prefix: allocationPrefix },
    });
    return items.map((item) => recordOf<AllocationReading>(item));
  }

  async countPublished(appId: string, authorizationId: string, atMs: number, count: number): Promise<void> {
    const hourMs = atMs - (atMs % PUBLISHED_HOUR_MS);
    await this.#table.update(
      publishedKey(appId, authorizationId, hourMs),
      {
        expression: 'SET #expires = :expires ADD published :count',
        names: { expires: TABLE_TTL_ATTRIBUTE },
        values: { expires: Math.ceil((hourMs + PUBLISHED_KEPT_MS) / 1_000), count },
      },
      'attribute_exists(pk) OR attribute_not_exists(pk)',
    );
  }

  async published(appId: string, authorizationId: string, sinceMs: number): Promise<number> {
    const items = await this.#table.query({
      expression: 'pk = :pk AND sk BETWEEN :from AND :to',
      values: {
        pk: appPartition(appId),
        from: publishedKey(appId, authorizationId, sinceMs).sk,
        to: publishedKey(appId, authorizationId, Number.MAX_SAFE_INTEGER).sk,
      },
    });
    return items.reduce((sum, item) => sum + Number(item['published']), 0);
  }
}
