import { describe, expect, it } from 'vitest';
import { ConnectionProxy } from '../support/connection-proxy.ts';
import { startGateway } from '../support/http2-server.ts';
import { type Bench, startBench, until } from '../support/salesforce.ts';

/** What stands between a feed and Salesforce: networks that forget a connection, and gateways that answer in its place. */
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
