import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryPollQueue } from '../../src/adapters/memory/poll-queue.ts';
import { SqlitePollQueue } from '../../src/adapters/sqlite/poll-queue.ts';
import { SqliteQueue } from '../../src/adapters/sqlite/queue.ts';
import { SqsPollQueue } from '../../src/adapters/sqs/poll-queue.ts';
import { systemClock } from '../../src/base/clock.ts';
import { POLL_CONSUMER } from '../../src/settings/runtime.ts';
import { EmulatedSqs } from '../support/emulated-sqs.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { type PollQueueHarness, pollQueueContract } from './poll-queue.contract.ts';

describe('poll queue', () => {
  describe('in memory', () => {
    let harness: PollQueueHarness;
    beforeEach(() => {
      const queue = new MemoryPollQueue();
      harness = { queue, bodies: () => queue.messages };
    });
    pollQueueContract(() => harness);
  });

  describe('on SQLite', () => {
    let file: SqliteFile;
    let harness: PollQueueHarness;
    beforeEach(() => {
      file = new SqliteFile();
      harness = {
        queue: new SqlitePollQueue(new SqliteQueue(file.open(), 'polls', POLL_CONSUMER, systemClock)),
        bodies: () => file.bodies('polls').ready,
      };
    });
    afterEach(() => file.delete());
    pollQueueContract(() => harness);

    it('throws when the file did not take the feeds', async () => {
      const other = file.open();
      await other.write(() => other.run('DROP TABLE queue_messages'));
      await expect(harness.queue.wake(['feed-1'])).rejects.toThrow();
    });
  });

  describe('on SQS', () => {
    let emulated: EmulatedSqs;
    let harness: PollQueueHarness;
    beforeEach(async () => {
      emulated = await EmulatedSqs.start();
      harness = {
        queue: new SqsPollQueue(emulated.client, emulated.queueUrl),
        bodies: () => emulated.bodies().ready,
      };
    });
    afterEach(() => emulated.stop());
    pollQueueContract(() => harness);

    it('throws when the queue did not take the feeds', async () => {
      const lost = new SqsPollQueue(emulated.client, `${emulated.queueUrl}-gone`);
      await expect(lost.wake(['feed-1'])).rejects.toThrow();
    });
  });
});
