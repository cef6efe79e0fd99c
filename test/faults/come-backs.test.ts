import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startForAuthorization } from '../../src/management/feeds/start-waiting-feeds.ts';
import { RETRY_MS_MAX } from '../../src/pipeline/read/feed-failures.ts';
import { FEED_TIMING } from '../../src/pipeline/read/feed-timing.ts';
import { PASSING_FAILURE_HELD_MS } from '../../src/platforms/salesforce/oauth/token-source.ts';
import { RECONNECT_MS_MAX } from '../../src/platforms/salesforce/pubsub/client.ts';
import { ConnectionProxy } from '../support/connection-proxy.ts';
import { startHttp2Server } from '../support/http2-server.ts';
import { listenOnLoopback, stopServer } from '../support/loopback-server.ts';
import { PassingTime } from '../support/passing-time.ts';
import { type Bench, startBench, until } from '../support/salesforce.ts';

/**
 * How soon a feed recovers, over real HTTP and gRPC. The 15 s limit covers all intentional waiting, with production's waits: the
 * session's between its tries, and the token source's. The time that the sockets take is not counted: milliseconds here, and less
 * than a second at Salesforce. A channel that was never refused a connection does not wait.
 */
const BACK_WITHIN_MS = 15_000;
const EVENT = 'Context__e';
const TOPIC = `/event/${EVENT}`;
const PAGE = '<html><body><h1>We are down for maintenance</h1></body></html>';
const TIMES = 3;

/**
 * Each wait is drawn from the upper half of its maximum. In the third row some waits are so short that the token source answers a
 * try from memory, and the next wait is then longer for nothing.
 */
const JITTERS: readonly (readonly [string, () => () => number])[] = [
  ['short', () => () => 0],
  ['long', () => () => 0.999],
  [
    'short at first, then long',
    () => {
      let drawn = 0;
      return () => {
        drawn += 1;
        return drawn > 3 ? 0.999 : 0;
      };
    },
  ],
];

function publish(bench: Bench): string {
  return bench.org.publishPlatformEvent(EVENT, { Context__c: 'x' }).id;
}

/** Starts a feed that has read one event. */
async function reading(bench: Bench): Promise<string> {
  const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
  void bench.start([feedId], { timing: FEED_TIMING, forMs: 600_000 });
  publish(bench);
  await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
  return feedId;
}

async function isBack(bench: Bench, feedId: string): Promise<void> {
  await until('the events', () => bench.queued().length === 2);
  await until('an active feed', async () => (await bench.feed(feedId)).state === 'active');
  expect((await bench.feed(feedId)).reason).toBeUndefined();
}

describe.each(JITTERS)('with waits that are %s, a feed is back within 15 s', (_, jitter) => {
  it('of a login page of maintenance in place of an access token, three times', async () => {
    const time = new PassingTime();
    await using bench = await startBench({}, { time, random: jitter() });
    const { host } = new URL(bench.org.httpUrl);
    await using proxy = await ConnectionProxy.start(host);
    let pages = 0;
    const maintenance = createServer((_request, answer) => {
      pages += 1;
      answer.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
      if (pages === TIMES) answer.on('close', () => proxy.redirect(host));
    });
    try {
      const maintenanceUrl = new URL(await listenOnLoopback(maintenance));
      await bench.authorize({
        flow: 'sfdx-url',
        sfdxAuthUrl: bench.sfdxAuthUrl(),
        loginUrl: `http://${proxy.address}`,
      });
      const feedId = await reading(bench);
      const failingSinceMs = time.elapsedMs();
      proxy.redirect(maintenanceUrl.host);
      bench.org.revokeAllTokens();
      bench.org.endStreams('auth-error');
      publish(bench);
      await isBack(bench, feedId);
      expect(pages).toBe(TIMES);
      expect(bench.log.of('FEED_FAILED')).toContainEqual(
        expect.objectContaining({ reason: 'login-no-json' }),
      );
      expect(time.elapsedMs() - failingSinceMs).toBeLessThanOrEqual(BACK_WITHIN_MS);
    } finally {
      await stopServer(maintenance);
    }
  });

  it('of HTTP 503 to every call, three times', async () => {
    const time = new PassingTime();
    await using bench = await startBench({}, { time, random: jitter() });
    await using proxy = await ConnectionProxy.start(bench.org.grpcAddress);
    let refused = 0;
    await using gateway = await startHttp2Server((stream) => {
      refused += 1;
      stream.respond({ ':status': 503, 'content-type': 'text/html' });
      stream.end(PAGE);
      if (refused === TIMES) stream.on('close', () => proxy.redirect(bench.org.grpcAddress));
    });
    await bench.authorize({ pubsubEndpoint: proxy.address });
    const feedId = await reading(bench);
    const failingSinceMs = time.elapsedMs();
    proxy.redirect(gateway.address);
    publish(bench);
    await isBack(bench, feedId);
    expect(refused).toBe(TIMES);
    expect(bench.log.of('FEED_FAILED').length).toBeGreaterThan(TIMES);
    expect(time.elapsedMs() - failingSinceMs).toBeLessThanOrEqual(BACK_WITHIN_MS);
  });
});

describe('an org that is authorized anew', () => {
  it('has its feeds back without a wait, at the endpoint that it has now', async () => {
    const time = new PassingTime();
    await using bench = await startBench({}, { time });
    await using former = await ConnectionProxy.start(bench.org.grpcAddress);
    await bench.authorize({
      flow: 'sfdx-url',
      sfdxAuthUrl: bench.sfdxAuthUrl(),
      pubsubEndpoint: former.address,
    });
    const feedId = await reading(bench);
    bench.org.revokeAllTokens({ refreshTokens: true });
    bench.org.endStreams('auth-error');
    await until('a feed that waits', async () => (await bench.feed(feedId)).state === 'waiting');
    const { notBeforeMs = 0 } = await bench.feed(feedId);
    expect(notBeforeMs - time.now()).toBeGreaterThan(BACK_WITHIN_MS);

    await former.stop();
    const authorization = await bench.authorize();
    publish(bench);
    const authorizedAtMs = time.elapsedMs();
    await startForAuthorization(
      { ...bench.stores, pollQueue: bench.pollQueue, log: bench.log },
      authorization,
    );
    void bench.start([feedId], { timing: FEED_TIMING });
    await isBack(bench, feedId);
    expect(time.elapsedMs()).toBe(authorizedAtMs);
  });
});

it('a feed that is retried by its session is back within 15 s of the end of what kept it off, however often that came', () => {
  // The first try after the outage may find that the login is still held off; by the second try that has ended.
  expect(PASSING_FAILURE_HELD_MS).toBeLessThanOrEqual(RETRY_MS_MAX / 2);
  // A channel that was refused its connection also waits, with a jitter of a fifth.
  expect(2 * RETRY_MS_MAX + 1.2 * RECONNECT_MS_MAX).toBeLessThanOrEqual(BACK_WITHIN_MS);
});
