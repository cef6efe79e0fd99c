import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DynamoAppStore } from '../../src/adapters/dynamodb/app-store.ts';
import { DynamoAttemptIndex } from '../../src/adapters/dynamodb/attempt-index.ts';
import { attemptPrefix } from '../../src/adapters/dynamodb/keys.ts';
import { MemoryAttemptIndex } from '../../src/adapters/memory/attempt-index.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../src/settings/table.ts';
import type { Log } from '../../src/telemetry/logger.ts';
import { EmulatedDynamodb } from '../support/emulated-dynamodb.ts';
import { aHistoryEntry } from '../support/records.ts';
import { TestClock } from '../support/test-clock.ts';
import { type AttemptIndexUnderTest, attemptIndexContract } from './attempt-index.contract.ts';

const RETENTION_MS = 3_600_000;
const retention = { of: async () => RETENTION_MS };

describe('attempt index', () => {
  describe('in memory', () => {
    let subject: AttemptIndexUnderTest;
    beforeEach(() => {
      const clock = new TestClock();
      subject = { index: new MemoryAttemptIndex({ clock, retention }), clock, retentionMs: RETENTION_MS };
    });
    attemptIndexContract(() => subject);
  });

  describe('on DynamoDB', () => {
    let emulated: EmulatedDynamodb;
    let subject: AttemptIndexUnderTest;
    const logged: string[] = [];
    const log: Log = { write: (code, fields) => logged.push(JSON.stringify({ code, ...fields })) };
    beforeEach(async () => {
      logged.length = 0;
      emulated = await EmulatedDynamodb.start();
      const clock = new TestClock();
      const index = new DynamoAttemptIndex(emulated.table, { clock, retention, log });
      subject = { index, clock, retentionMs: RETENTION_MS };
    });
    afterEach(() => emulated.stop());
    attemptIndexContract(() => subject);

    it('expires by the table itself', async () => {
      const entry = aHistoryEntry({ atMs: subject.clock.now() });
      subject.index.record(entry);
      await subject.index.flush();
      const { pk } = attemptPrefix(entry.appId, entry.eventId);
      const items = await emulated.table.query({ expression: 'pk = :pk', values: { pk } });
      expect(items.map((item) => item[TABLE_TTL_ATTRIBUTE])).toEqual([(entry.atMs + RETENTION_MS) / 1_000]);
    });

    it('goes with its app', async () => {
      const appId = '9c3b7d3e-6a51-4b0e-8b80-5f7d3f3a5b11';
      const apps = new DynamoAppStore(emulated.table);
      await apps.create({ id: appId, name: 'shop', createdAtMs: 0 });
      for (const eventId of ['one', 'two']) {
        subject.index.record(aHistoryEntry({ appId, eventId, atMs: subject.clock.now() }));
      }
      await subject.index.flush();
      await apps.remove(appId);
      expect(await subject.index.find(appId, 'one', 10)).toEqual([]);
      expect(await subject.index.find(appId, 'two', 10)).toEqual([]);
    });

    it('says what it lost, and goes on', async () => {
      await emulated.stop();
      subject.index.record(aHistoryEntry());
      await subject.index.flush();
      expect(logged).toEqual([expect.stringContaining('"code":"HISTORY_LOST","count":1')]);
      emulated = await EmulatedDynamodb.start();
    }, 30_000);
  });
});
