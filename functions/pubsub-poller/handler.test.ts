import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { MemoryDeadLetterQueue } from '../../src/adapters/memory/dead-letter-queue.ts';
import { MemoryMessageReturns } from '../../src/adapters/memory/message-returns.ts';
import { pollMessageBody } from '../../src/domain/feeds/poll-message.ts';
import { ConfigurationError } from '../../src/settings/read.ts';
import { FEED_SESSION_MS } from '../../src/settings/runtime.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { sqsRecord } from '../../test/support/sqs-record.ts';
import { VirtualFeeds } from '../../test/support/virtual-feeds.ts';
import { readConfig } from './config.ts';
import { makeHandler } from './handler.ts';

function harness() {
  const feeds = new VirtualFeeds();
  const { time, source, log } = feeds;
  const shutdown = new AbortController();
  const deadLetters = new MemoryDeadLetterQueue(async () => ({ queued: true }));
  let flushes = 0;
  const handler = makeHandler({
    worker: feeds.worker(),
    returns: new MemoryMessageReturns('polls', deadLetters, time),
    clock: time,
    timers: time,
    random: () => 0,
    log,
    metrics: {
      ...silentMetrics,
      flush: () => {
        flushes += 1;
      },
    },
    shutdown: shutdown.signal,
  });
  return {
    feeds,
    time,
    source,
    shutdown,
    deadLetters,
    flushes: () => flushes,
    call: (body: string, remainingMs: number) =>
      time.passUntil(
        handler({ Records: [sqsRecord({ id: 'm-1', body })] }, {
          getRemainingTimeInMillis: () => remainingMs,
        } as Context),
      ),
  };
}

describe('the poller', () => {
  it('reads the feeds of the message until a minute before its time is up, and hands them over', async () => {
    const { feeds, source, time, flushes, call } = harness();
    const feed = await feeds.feed();
    await call(pollMessageBody([feed.id, feed.id, 'unknown']), 5 * 60_000);
    expect(time.elapsedMs()).toBe(4 * 60_000);
    expect(source.openings).toBe(1);
    expect(feeds.wokenIds()).toEqual([feed.id]);
    // Alarms look at each minute, and at the end.
    expect(flushes()).toBe(4);
    expect(time.pendingCount).toBe(0);
  });

  it('reads for no longer than a session', async () => {
    const { feeds, time, call } = harness();
    const feed = await feeds.feed();
    await call(pollMessageBody([feed.id]), 2 * FEED_SESSION_MS);
    expect(time.elapsedMs()).toBe(FEED_SESSION_MS);
  });

  it('stops when the process goes, without handing over', async () => {
    const { feeds, source, time, shutdown, call } = harness();
    const feed = await feeds.feed();
    time.after(1_000, () => shutdown.abort());
    await call(pollMessageBody([feed.id]), 900_000);
    expect(time.elapsedMs()).toBe(1_000);
    expect(source.openings).toBe(1);
    expect(feeds.wokenIds()).toEqual([]);
  });

  it('puts a message that is none of ours among the dead letters', async () => {
    const { source, deadLetters, call } = harness();
    expect(await call('{"v":2}', 900_000)).toEqual({ batchItemFailures: [] });
    expect(source.openings).toBe(0);
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
      'ORDERED_QUEUE_URL',
      'POLL_QUEUE_URL',
      'POLL_DEAD_LETTER_QUEUE_URL',
      'KMS_KEY_ID',
      'ALLOW_LOOPBACK',
    ]) {
      expect(() => readConfig({ ALLOW_LOOPBACK: 'yes' })).toThrow(name);
    }
  });
});
