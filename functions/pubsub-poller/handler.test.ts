import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import { MemoryDeliveryQueue } from '../../src/adapters/memory/delivery-queue.ts';
import { MemoryMessageReturns } from '../../src/adapters/memory/message-returns.ts';
import { MemoryPollQueue } from '../../src/adapters/memory/poll-queue.ts';
import { MemoryQuarantineStore } from '../../src/adapters/memory/quarantine-store.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import { systemClock } from '../../src/base/clock.ts';
import { pollMessageBody } from '../../src/domain/feeds/poll-message.ts';
import { FeedWorker } from '../../src/pipeline/read/feed-worker.ts';
import { ConfigurationError } from '../../src/settings/read.ts';
import { silentLog } from '../../src/telemetry/logger.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { aFeed, aSalesforceSubscription } from '../../test/support/records.ts';
import { SilentFeedSource } from '../../test/support/silent-feed-source.ts';
import { sqsRecord } from '../../test/support/sqs-record.ts';
import { readConfig } from './config.ts';
import { makeHandler } from './handler.ts';

async function harness() {
  const stores = makeMemoryStores();
  const feed = aFeed({ state: 'starting' });
  await stores.feeds.ensure(feed);
  await stores.subscriptions.create(
    aSalesforceSubscription({ appId: feed.appId, feedId: feed.id, paused: false }),
  );
  const source = new SilentFeedSource();
  const pollQueue = new MemoryPollQueue();
  const worker = new FeedWorker({
    ...stores,
    quarantine: new MemoryQuarantineStore(),
    queue: new MemoryDeliveryQueue(),
    pollQueue,
    source,
    records: { record: async () => ({ kind: 'not-found' }) },
    clock: systemClock,
    random: () => 0,
    log: silentLog,
    metrics: silentMetrics,
  });
  const shutdown = new AbortController();
  const deadLetters = new MemoryDeadLetterQueue(async () => ({ queued: true }));
  const handler = makeHandler({
    worker,
    returns: new MemoryMessageReturns('polls', deadLetters, systemClock),
    clock: systemClock,
    random: () => 0,
    log: silentLog,
    metrics: silentMetrics,
    shutdown: shutdown.signal,
  });
  const call = (body: string, remainingMs: number) =>
    handler({ Records: [sqsRecord({ id: 'm-1', body })] }, {
      getRemainingTimeInMillis: () => remainingMs,
    } as Context);
  return { feed, source, pollQueue, deadLetters, shutdown, call };
}

describe('the poller', () => {
  it('reads the feeds of the message until a minute before its time is up, and hands them over', async () => {
    const { feed, source, pollQueue, call } = await harness();
    const startedAtMs = Date.now();
    await call(pollMessageBody([feed.id, feed.id, 'unknown']), 60_200);
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(190);
    expect(source.opened).toBe(1);
    expect(pollQueue.messages).toEqual([pollMessageBody([feed.id])]);
  });

  it('stops when the process goes, without handing over', async () => {
    const { feed, source, pollQueue, shutdown, call } = await harness();
    setTimeout(() => shutdown.abort(), 50);
    await call(pollMessageBody([feed.id]), 900_000);
    expect(source.opened).toBe(1);
    expect(pollQueue.messages).toEqual([]);
  });

  it('puts a message that is none of ours among the dead letters', async () => {
    const { source, deadLetters, call } = await harness();
    expect(await call('{"v":2}', 900_000)).toEqual({ batchItemFailures: [] });
    expect(source.opened).toBe(0);
    expect((await deadLetters.list(10)).deadLetters).toMatchObject([
      {
        id: 'm-1',
        queue: 'polls',
        reason: 'expected a poll message of version 1 with feed ids, found something else',
      },
    ]);
  });

  it('names every fault of its configuration together', () => {
    expect(() => readConfig({ ALLOW_LOOPBACK: 'yes' })).toThrow(ConfigurationError);
    for (const name of [
      'TABLE_NAME',
      'DELIVERY_QUEUE_URL',
      'POLL_QUEUE_URL',
      'POLL_DEAD_LETTER_QUEUE_URL',
      'KMS_KEY_ID',
      'ALLOW_LOOPBACK',
    ]) {
      expect(() => readConfig({ ALLOW_LOOPBACK: 'yes' })).toThrow(name);
    }
  });
});
