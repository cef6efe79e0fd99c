import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DynamoRateCounter } from '../../src/adapters/dynamodb/rate-counter.ts';
import { MemoryRateCounter } from '../../src/adapters/memory/rate-counter.ts';
import { SqliteRateCounter } from '../../src/adapters/sqlite/rate-counter.ts';
import { RATE_STATE_KEPT_MS, type RateCounter } from '../../src/domain/deliveries/rate-counter.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { rateCounterContract } from './rate-counter.contract.ts';

describe('rate counter', () => {
  describe('in memory', () => {
    let counter: RateCounter;
    beforeEach(() => {
      counter = new MemoryRateCounter();
    });
    rateCounterContract(() => [counter, counter]);
  });

  describe('on SQLite', () => {
    let file: SqliteFile;
    let counters: readonly [RateCounter, RateCounter];
    beforeEach(() => {
      file = new SqliteFile();
      counters = [new SqliteRateCounter(file.open()), new SqliteRateCounter(file.open())];
    });
    afterEach(() => file.delete());
    rateCounterContract(() => counters);

    it('removes what is of no use any more', async () => {
      const database = file.open();
      const request = { ratePerSecond: 1, count: 1, hasWaited: false, nowMs: 1_000 };
      await counters[0].take('a', request);
      await counters[0].take('b', { ...request, nowMs: 2_000 });
      await counters[0].take('c', { ...request, nowMs: 1_500 + RATE_STATE_KEPT_MS });
      expect(database.all('SELECT key FROM rate_counters ORDER BY key').map(({ key }) => key)).toEqual([
        'b',
        'c',
      ]);
    });
  });

  describe('on DynamoDB', () => {
    let emulated: EmulatedDynamodb;
    let counters: readonly [RateCounter, RateCounter];
    beforeEach(async () => {
      emulated = await EmulatedDynamodb.start();
      counters = [new DynamoRateCounter(emulated.table), new DynamoRateCounter(emulated.table)];
    });
    afterEach(() => emulated.stop());
    rateCounterContract(() => counters);

    it('expires', async () => {
      await counters[0].take('a', { ratePerSecond: 1, count: 1, hasWaited: false, nowMs: 5_000 });
      expect(await emulated.table.get({ pk: 'RATE#a', sk: 'RATE' })).toMatchObject({
        expiresAtSeconds: 5 + RATE_STATE_KEPT_MS / 1_000,
      });
    });
  });
});
