import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DynamoKeptEventStore } from '../../src/adapters/dynamodb/kept-event-store.ts';
import { SqliteKeptEventStore } from '../../src/adapters/sqlite/kept-event-store.ts';
import { KEPT_EVENT_BYTES_MAX } from '../../src/domain/subscriptions/kept-event-store.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../src/settings/table.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { describeStores } from '../support/stores.ts';
import { keptEventStoreContract } from './kept-event-store.contract.ts';

describe('kept event store', () => describeStores(keptEventStoreContract));

describe('what is too old', () => {
  const kept = (forgetAtMs: number) => ({ atMs: 0, forgetAtMs, eventJson: '{}' });

  describe('on SQLite', () => {
    let file: SqliteFile;
    beforeEach(() => {
      file = new SqliteFile();
    });
    afterEach(() => file.delete());

    it('is removed when its time has come, a part at a time', async () => {
      const store = new SqliteKeptEventStore(file.open());
      await store.keep('app', 'sub', [kept(10), kept(20), kept(30)], 9);
      expect(await store.forgetDue(20, 1)).toBe(1);
      expect(await store.forgetDue(20, 9)).toBe(1);
      expect(await store.forgetDue(20, 9)).toBe(0);
      expect(await store.list('app', 'sub', { limit: 9 })).toMatchObject([{ forgetAtMs: 30 }]);
    });
  });

  describe('on DynamoDB', () => {
    let emulated: EmulatedDynamodb;
    beforeEach(async () => {
      emulated = await EmulatedDynamodb.start();
    });
    afterEach(() => emulated.stop());

    it('expires by the table itself, and the largest event fits an item', async () => {
      const store = new DynamoKeptEventStore(emulated.table);
      const noise = Array.from({ length: KEPT_EVENT_BYTES_MAX }, () => Math.random().toString(36)[2]).join(
        '',
      );
      await store.keep('app', 'sub', [{ atMs: 0, forgetAtMs: 86_400_500, eventJson: noise }], 9);
      const [item] = await emulated.table.query({
        expression: 'pk = :pk AND begins_with(sk, :slot)',
        values: { pk: 'KEPT#app#sub', slot: 'SLOT#' },
      });
      expect(item?.[TABLE_TTL_ATTRIBUTE]).toBe(86_401);
    });
  });
});
