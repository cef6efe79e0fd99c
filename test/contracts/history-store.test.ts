import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryDeliveryHistory } from '../../src/adapters/memory/delivery-history.ts';
import type { Database } from '../../src/adapters/sqlite/database.ts';
import { SqliteDeliveryHistory } from '../../src/adapters/sqlite/delivery-history.ts';
import { aHistoryEntry } from '../support/records.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { historyStoreContract, ROWS_MAX } from './history-store.contract.ts';

describe('history store', () => {
  describe('in memory', () => {
    let store: MemoryDeliveryHistory;
    beforeEach(() => {
      store = new MemoryDeliveryHistory(ROWS_MAX);
    });
    historyStoreContract(
      () => store,
      async () => undefined,
    );
  });

  describe('on SQLite', () => {
    let file: SqliteFile;
    let database: Database;
    let store: SqliteDeliveryHistory;
    const lost: object[] = [];
    beforeEach(() => {
      lost.length = 0;
      file = new SqliteFile();
      database = file.open();
      store = new SqliteDeliveryHistory(database, {
        rowsMax: ROWS_MAX,
        onLost: (fields) => lost.push(fields),
      });
    });
    afterEach(() => file.delete());
    historyStoreContract(
      () => store,
      () => database.write(() => undefined),
    );

    it('writes what is recorded in one turn in the transaction of its neighbours', async () => {
      const entry = aHistoryEntry();
      store.record(entry);
      // The consumer writes this in the same turn: either both are stored, or neither.
      await database.write(() => undefined);
      expect(database.get('SELECT count(*) AS n FROM history')).toEqual({ n: 1 });
    });

    it('says what was lost, and goes on', async () => {
      const broken = new SqliteFile();
      const other = broken.open();
      const history = new SqliteDeliveryHistory(other, { onLost: (fields) => lost.push(fields) });
      await other.write(() => other.run('ALTER TABLE history RENAME TO gone'));
      history.record(aHistoryEntry());
      await other.write(() => undefined);
      await new Promise(setImmediate);
      expect(lost).toEqual([{ count: 1, error: expect.stringContaining('history') }]);
      await other.write(() => other.run('ALTER TABLE gone RENAME TO history'));
      history.record(aHistoryEntry());
      await other.write(() => undefined);
      expect(other.get('SELECT count(*) AS n FROM history')).toEqual({ n: 1 });
      broken.delete();
    });
  });
});
