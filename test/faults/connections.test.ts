import { describe, expect, it } from 'vitest';
import { ConnectionProxy } from '../support/connection-proxy.ts';
import { startGateway } from '../support/http2-server.ts';
import { type Bench, startBench, until } from '../support/salesforce.ts';

/**
 * What stands between a feed and Salesforce: networks that forget a connection, and gateways that answer in Salesforce's
 * place.
 */
const EVENT = 'Context__e';
const TOPIC = `/event/${EVENT}`;

function publish(bench: Bench, count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => bench.org.publishPlatformEvent(EVENT, { Context__c: `${index}` }).id,
  );
}

async function readingThrough(proxy: ConnectionProxy, bench: Bench): Promise<string> {
  await bench.authorize({ pubsubEndpoint: proxy.address });
  const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
  void bench.start([feedId]);
  return feedId;
}

describe('a connection that was forgotten on the way, without a word to either side', () => {
  it('is noticed by its pings, and the feed reads on over a new one', async () => {
    await using bench = await startBench({}, { pings: { intervalMs: 300, timeoutMs: 300 } });
    await using proxy = await ConnectionProxy.start(bench.org.grpcAddress);
    await readingThrough(proxy, bench);
    const before = publish(bench, 3);
    await until('the events of before', () => bench.queued().length === 3);
    const { connections } = proxy;
    proxy.forgetConnections();
    const after = publish(bench, 3);
    await until('the events of after', () => bench.queued().length === 6);
    expect(bench.queuedIds()).toEqual([...before, ...after]);
    expect(proxy.connections).toBeGreaterThan(connections);
    expect(bench.log.of('FEED_FAILED')).toContainEqual(
      expect.objectContaining({
        reason: 'unavailable',
        error: expect.stringContaining('Connection dropped'),
      }),
    );
  });
});

describe('a gateway that answers in place of Salesforce with a page and', () => {
  it.each([
    [403, 'permission-denied'],
    [404, 'unimplemented'],
    [503, 'unavailable'],
  ] as const)('HTTP %i lets a feed wait, and it goes on by itself with nothing lost', async (status, id) => {
    await using bench = await startBench();
    await using gateway = await startGateway(status);
    await using proxy = await ConnectionProxy.start(bench.org.grpcAddress);
    const feedId = await readingThrough(proxy, bench);
    const before = publish(bench, 3);
    await until('the events of before', () => bench.queued().length === 3);
    proxy.redirect(gateway.address);
    const meanwhile = publish(bench, 3);
    await until('a feed that waits for the gateway', async () => {
      const { state, reason } = await bench.feed(feedId);
      return (
        state === 'waiting' && reason?.id === id && reason.message.includes(`HTTP status code ${status}`)
      );
    });
    proxy.redirect(bench.org.grpcAddress);
    const after = publish(bench, 3);
    await until('all events', () => bench.queued().length === 9);
    expect(bench.queuedIds()).toEqual([...before, ...meanwhile, ...after]);
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    expect((await bench.feed(feedId)).reason).toBeUndefined();
    expect((await bench.feed(feedId)).gaps).toEqual([]);
  });

  it('stops no feed that never worked: it says what to check, and starts when Salesforce answers', async () => {
    await using bench = await startBench();
    await using gateway = await startGateway(404);
    await using proxy = await ConnectionProxy.start(gateway.address);
    const feedId = await readingThrough(proxy, bench);
    await until('a feed that waits', async () => (await bench.feed(feedId)).state === 'waiting');
    expect((await bench.feed(feedId)).reason?.message).toMatch(/check the endpoint: expected api\.pubsub/);
    const ids = publish(bench, 2);
    proxy.redirect(bench.org.grpcAddress);
    await until('the events', () => bench.queued().length === 2);
    expect(bench.queuedIds()).toEqual(ids);
  });
});

describe('a stream at latest that ends before its first frame', () => {
  /** No keepalive comes in time for these tests. */
  const QUIET = { timing: { keepaliveMs: 3_600_000 } };
  const CHANGES = '/data/AccountChangeEvent';

  const change = (bench: Bench, count: number) => {
    for (let each = 0; each < count; each += 1) bench.org.records.create('Account', { Name: `${each}` });
  };

  async function standingAtLatest(bench: Bench, topic: string): Promise<string> {
    const { feedId } = await bench.subscribe(topic, { replay: 'latest' });
    void bench.start([feedId]);
    await until('a stream', () => bench.org.openStreams().length === 1);
    return feedId;
  }

  it('because the connection is cut, loses no change of that time, and passes over what is older', async () => {
    await using bench = await startBench(QUIET);
    await using gateway = await startGateway(503);
    await using proxy = await ConnectionProxy.start(bench.org.grpcAddress);
    await bench.authorize({ pubsubEndpoint: proxy.address });
    // An hour before the feed, by the org's clock.
    bench.org.advanceClock(-3_600_000);
    change(bench, 2);
    bench.org.advanceClock(3_600_000);
    const feedId = await standingAtLatest(bench, CHANGES);
    proxy.redirect(gateway.address);
    change(bench, 3);
    await until('a feed that failed', () => bench.log.of('FEED_FAILED').length > 1);
    proxy.redirect(bench.org.grpcAddress);
    await until('the changes', () => bench.queued().length === 3);
    change(bench, 1);
    await until('all changes', () => bench.queued().length === 4);
    const ids = bench.org.ledger(CHANGES).map(({ id }) => id);
    expect(bench.queuedIds()).toEqual(ids.slice(2));
    await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
    const { gaps, latestSinceMs } = await bench.feed(feedId);
    expect({ gaps, latestSinceMs }).toEqual({ gaps: [], latestSinceMs: undefined });
  });

  it('because its worker dies, loses no change of that time', async () => {
    await using bench = await startBench(QUIET);
    await bench.authorize();
    const feedId = await standingAtLatest(bench, CHANGES);
    // The worker never writes what it was about to write.
    await bench.endWorkers();
    await until('no stream', () => bench.org.openStreams().length === 0);
    change(bench, 3);
    void bench.start([feedId]);
    await until('the changes', () => bench.queued().length === 3);
    expect((await bench.feed(feedId)).gaps).toEqual([]);
  });

  it('records a possible gap on a topic of platform events, whose time is their publisher’s', async () => {
    await using bench = await startBench(QUIET);
    await using gateway = await startGateway(503);
    await using proxy = await ConnectionProxy.start(bench.org.grpcAddress);
    await bench.authorize({ pubsubEndpoint: proxy.address });
    const feedId = await standingAtLatest(bench, TOPIC);
    proxy.redirect(gateway.address);
    publish(bench, 3);
    await until('a feed that failed', () => bench.log.of('FEED_FAILED').length > 1);
    proxy.redirect(bench.org.grpcAddress);
    await until('a stream', () => bench.org.openStreams().length === 1);
    const after = publish(bench, 2);
    await until('a gap', async () => (await bench.feed(feedId)).gaps.length === 1);
    expect(bench.queuedIds()).toEqual(after);
    expect((await bench.feed(feedId)).gaps).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/may have been missed.*before Salesforce had given a first position/),
      }),
    ]);
    expect(bench.log.of('FEED_GAP')).toMatchObject([{ reason: 'no-cursor' }]);
  });
});
