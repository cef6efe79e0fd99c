import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryPollQueue } from '../../src/adapters/memory/poll-queue.ts';
import { SqsPollQueue } from '../../src/adapters/sqs/poll-queue.ts';
import { EmulatedSqs } from '../support/emulated-sqs.ts';
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
