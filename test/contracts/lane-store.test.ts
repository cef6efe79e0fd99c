import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { laneKey } from '../../src/adapters/dynamodb/keys.ts';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import { MemoryLaneStore } from '../../src/adapters/memory/lane-store.ts';
import { MemoryState } from '../../src/adapters/memory/state.ts';
import { SqliteLaneStore } from '../../src/adapters/sqlite/lane-store.ts';
import { LANE_KEPT_MS, newLane } from '../../src/domain/deliveries/lane.ts';
import type { LaneStore } from '../../src/domain/deliveries/lane-store.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { describeStores } from '../support/stores.ts';
import { laneStoreContract } from './lane-store.contract.ts';

describe('lane store', () => {
  describeStores(laneStoreContract);

  describe('on our own disk', () => {
    let file: SqliteFile;
    beforeEach(() => {
      file = new SqliteFile();
    });
    afterEach(() => file.delete());

    it.each<[string, () => LaneStore]>([
      ['in memory', () => new MemoryLaneStore(new MemoryState())],
      ['on SQLite', () => new SqliteLaneStore(file.open())],
    ])('forgets what had no event for long: %s', async (_where, make) => {
      const store = make();
      for (const id of ['a', 'b', 'c']) await store.write(newLane('app', id, 1_000));
      expect(await store.forgetIdle(999 + LANE_KEPT_MS, 10)).toBe(0);
      expect(await store.forgetIdle(1_000 + LANE_KEPT_MS, 2)).toBe(2);
      expect(await store.forgetIdle(1_000 + LANE_KEPT_MS, 2)).toBe(1);
    });
  });

  describe('on DynamoDB', () => {
    let emulated: EmulatedDynamodb;
    beforeEach(async () => {
      emulated = await EmulatedDynamodb.start();
    });
    afterEach(() => emulated.stop());

    it('leaves that to the table, but for what is blocked', async () => {
      const { lanes } = makeDynamoStores(emulated.table);
      const item = () => emulated.table.get(laneKey('app', 'a'));
      await lanes.write(newLane('app', 'a', 1_000));
      expect(await item()).toMatchObject({ expiresAtSeconds: 1 + LANE_KEPT_MS / 1_000 });
      await lanes.write({ ...newLane('app', 'a', 1_000), version: 1, lookAtMs: 5 });
      expect(await item()).not.toHaveProperty('expiresAtSeconds');
    });
  });
});
