import { afterEach, beforeEach, describe } from 'vitest';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import type { Stores } from '../../src/adapters/engine.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import { makeSqliteStores } from '../../src/adapters/sqlite/stores.ts';
import { EmulatedDynamodb } from './emulated-dynamodb.ts';
import { SqliteFile } from './sqlite-file.ts';

/** Runs a contract against every implementation; each test starts with empty stores. */
export function describeStores(contract: (stores: () => Stores) => void): void {
  describe('in memory', () => {
    let stores: Stores;
    beforeEach(() => {
      stores = makeMemoryStores();
    });
    contract(() => stores);
  });

  describe('on SQLite', () => {
    let file: SqliteFile;
    let stores: Stores;
    beforeEach(() => {
      file = new SqliteFile();
      stores = makeSqliteStores(file.open());
    });
    afterEach(() => file.delete());
    contract(() => stores);
  });

  describe('on DynamoDB', () => {
    let emulated: EmulatedDynamodb;
    let stores: Stores;
    beforeEach(async () => {
      emulated = await EmulatedDynamodb.start();
      stores = makeDynamoStores(emulated.table);
    });
    afterEach(() => emulated.stop());
    contract(() => stores);
  });
}

/** Counts each outcome of things done concurrently. */
export async function outcomes<T extends string>(
  attempts: readonly Promise<T>[],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.all(attempts)) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
