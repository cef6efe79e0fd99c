import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLogsClient } from '../../src/adapters/cloudwatch/client.ts';
import { LogsDeliveryHistory } from '../../src/adapters/cloudwatch/delivery-history.ts';
import { MemoryAttemptIndex } from '../../src/adapters/memory/attempt-index.ts';
import { MemoryDeliveryHistory } from '../../src/adapters/memory/delivery-history.ts';
import { SqliteDeliveryHistory } from '../../src/adapters/sqlite/delivery-history.ts';
import { systemClock } from '../../src/base/clock.ts';
import {
  type DropCount,
  dropFields,
  entryFields,
  type HistoryEntry,
} from '../../src/domain/history/history-entry.ts';
import { IndexedHistory } from '../../src/management/history/indexed-history.ts';
import { FakeCloudWatchLogs } from '../support/cloudwatch-logs.ts';
import { aHistoryEntry, aWebhook } from '../support/records.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { deliveryHistoryContract, type HistoryUnderTest } from './delivery-history.contract.ts';

const GROUP = '/aws/lambda/deliver';
const SPAN = { fromMs: 0, untilMs: 86_400_000, limit: 10 };

describe('delivery history', () => {
  describe('in memory', () => {
    let subject: HistoryUnderTest;
    beforeEach(() => {
      const history = new MemoryDeliveryHistory();
      subject = {
        history,
        write: (entry) => history.record(entry),
        count: (drops) => history.count(drops),
        written: async () => undefined,
      };
    });
    deliveryHistoryContract(() => subject);
  });

  describe('with an index of attempts', () => {
    let subject: HistoryUnderTest;
    beforeEach(() => {
      const log = new MemoryDeliveryHistory();
      const attemptIndex = new MemoryAttemptIndex({ clock: { ...systemClock, now: () => 0 } });
      subject = {
        history: new IndexedHistory({
          searched: log,
          attemptIndex,
          publications: { list: async () => [aWebhook({ createdAtMs: 0, attemptsIndexedSinceMs: 0 })] },
          streams: { list: async () => [] },
        }),
        write(entry) {
          log.record(entry);
          attemptIndex.record(entry);
        },
        count: (drops) => log.count(drops),
        written: () => attemptIndex.flush(),
      };
    });
    deliveryHistoryContract(() => subject);
  });

  describe('on SQLite', () => {
    let file: SqliteFile;
    let subject: HistoryUnderTest;
    beforeEach(() => {
      file = new SqliteFile();
      const database = file.open();
      const history = new SqliteDeliveryHistory(database);
      subject = {
        history,
        write: (entry) => history.record(entry),
        count: (drops) => history.count(drops),
        written: () => database.write(() => undefined),
      };
    });
    afterEach(() => file.delete());
    deliveryHistoryContract(() => subject);
  });

  describe('in CloudWatch Logs', () => {
    let logs: FakeCloudWatchLogs;
    let history: LogsDeliveryHistory;
    let subject: HistoryUnderTest;
    const nowMs = { value: 0 };
    beforeEach(async () => {
      logs = await FakeCloudWatchLogs.start();
      nowMs.value = 0;
      history = new LogsDeliveryHistory({
        client: makeLogsClient({ endpoint: logs.endpoint }),
        logGroups: [GROUP, '/aws/lambda/schedule'],
        clock: { ...systemClock, now: () => nowMs.value },
        timers: {
          sleep: async (ms: number) => {
            nowMs.value += ms;
          },
        },
      });
      subject = {
        history,
        write: (entry) => logs.put(GROUP, attemptLine(entry)),
        count: (drops) => logs.put(GROUP, dropsLine(drops)),
        written: async () => undefined,
      };
    });
    afterEach(() => logs.stop());
    deliveryHistoryContract(() => subject);

    it('says how much it looked through', async () => {
      logs.put(GROUP, attemptLine(aHistoryEntry({ atMs: 1_000 })));
      expect(await history.find('nobody', SPAN)).toMatchObject({ scannedBytes: expect.any(Number) });
      expect(logs.requests[0]?.body).toMatchObject({ startTime: 0, endTime: 86_400 });
    });

    it('stops a query that takes too long, and says that there may be more', async () => {
      logs.runningLooks = 1_000;
      const entry = aHistoryEntry({ atMs: 1_000 });
      logs.put(GROUP, attemptLine(entry));
      expect(await history.find(entry.appId, SPAN)).toMatchObject({ entries: [entry], isComplete: false });
      expect(logs.requests.at(-1)?.action).toBe('StopQuery');
      expect(nowMs.value).toBeLessThan(22_000);
    });

    it('is busy when the account has too many queries, or this process has', async () => {
      logs.failures.set('StartQuery', 'LimitExceededException');
      expect(await history.find('app', SPAN)).toEqual({ kind: 'busy' });
      logs.failures.clear();
      const answers = await Promise.all([1, 2, 3, 4].map(() => history.find('app', SPAN)));
      expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['busy', 'found', 'found', 'found']);
    });

    it('fails when a query is refused', async () => {
      logs.failures.set('StartQuery', 'AccessDeniedException');
      await expect(history.find('app', SPAN)).rejects.toThrow('AccessDenied');
      expect(await Promise.allSettled([1, 2, 3].map(() => history.find('app', SPAN)))).not.toContainEqual(
        expect.objectContaining({ value: { kind: 'busy' } }),
      );
    });
  });
});

function attemptLine({ atMs, ...entry }: HistoryEntry): string {
  const code = entry.outcome === 'dropped' ? 'EVENT_DROPPED' : 'DELIVERY_ATTEMPTED';
  return line(atMs, code, entryFields({ atMs, ...entry }));
}

function dropsLine(drops: DropCount): string {
  return line(drops.atMs, 'EVENTS_DROPPED', dropFields(drops));
}

function line(atMs: number, code: string, fields: object): string {
  return JSON.stringify({
    timestamp: new Date(atMs).toISOString(),
    level: 'INFO',
    message: code,
    code,
    ...fields,
  });
}
