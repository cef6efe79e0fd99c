import { afterEach, beforeEach, describe } from 'vitest';
import { DynamoQuarantineStore } from '../../src/adapters/dynamodb/quarantine-store.ts';
import { MemoryQuarantineStore } from '../../src/adapters/memory/quarantine-store.ts';
import { SqliteQuarantineStore } from '../../src/adapters/sqlite/quarantine-store.ts';
import type { QuarantineStore } from '../../src/domain/feeds/quarantine-store.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { quarantineStoreContract } from './quarantine-store.contract.ts';

describe('quarantine store', () => {
  let store: QuarantineStore;

  describe('in memory', () => {
    beforeEach(() => {
      store = new MemoryQuarantineStore();
    });
    quarantineStoreContract(() => store);
  });

  describe('on SQLite', () => {
    let file: SqliteFile;
    beforeEach(() => {
      file = new SqliteFile();
      store = new SqliteQuarantineStore(file.open());
    });
    afterEach(() => file.delete());
    quarantineStoreContract(() => store);
  });

  describe('on DynamoDB', () => {
    let emulated: EmulatedDynamodb;
    beforeEach(async () => {
      emulated = await EmulatedDynamodb.start();
      store = new DynamoQuarantineStore(emulated.table);
    });
    afterEach(() => emulated.stop());
    quarantineStoreContract(() => store);
  });
});
