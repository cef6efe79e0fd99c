import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GrantRequest } from '../../../src/domain/authorizations/authorization-grant.ts';
import type { ConnectionProxy } from '../../support/connection-proxy.ts';
import { startGateway } from '../../support/http2-server.ts';
import { listenOnLoopback, stopServer } from '../../support/loopback-server.ts';
import { until } from '../../support/salesforce.ts';
import { next } from './chaos.ts';
import type { CallPhase } from './faulty-proxy.ts';
import { Installation, type InstallationOptions, SHORT_LEASES } from './installation.ts';
import type { Account } from './ledger.ts';
import type { PollerArguments } from './poller.ts';

/** One way to lose events, by name, and how to provoke it. */
export interface LossPath {
  readonly name: string;
  readonly done: string;
  readonly options?: InstallationOptions;
  /** Publishes and causes trouble; every published event is then looked for among those that arrive. */
  readonly run: (installation: Installation) => Promise<void>;
  readonly settleMs?: number;
  /** Further conditions; returns a sentence for each that does not hold. */
  readonly check?: (installation: Installation, account: Account) => Promise<string[]> | string[];
}

export interface PathResult {
  readonly path: LossPath;
  readonly account: Account;
  readonly kills: number;
  readonly seconds: number;
  readonly wrong: readonly string[];
}

const NAME = 'Context__e';
const TOPIC = `/event/${NAME}`;
const UNLIMITED = { deliveredLimit: Number.MAX_SAFE_INTEGER, publishedLimit: Number.MAX_SAFE_INTEGER };

export async function runPath(path: LossPath, seed: number): Promise<PathResult> {
  const { org = {}, poller } = path.options ?? {};
  const startedAtMs = Date.now();
  await using installation = await Installation.start({
    org: { seed, timing: { keepaliveMs: 300 }, ...org, faults: { ...UNLIMITED, ...org.faults } },
    ...(poller === undefined ? {} : { poller }),
  });
  await path.run(installation);
  const account = await installation.settled(path.settleMs ?? 60_000);
  const wrong = [...((await path.check?.(installation, account)) ?? [])];
  if (account.lost.length > 0) wrong.push(`${account.lost.length} events were lost`);
  if (account.unknown.length > 0) wrong.push(`${account.unknown.length} events were never published`);
  if (account.outOfOrder > 0) wrong.push(`${account.outOfOrder} events out of order`);
  return {
    path,
    account,
    kills: installation.kills,
    seconds: (Date.now() - startedAtMs) / 1_000,
    wrong,
  };
}

function publish({ org }: Installation, count: number): void {
  org.publishMany(NAME, count, (index) => ({ Context__c: `${index}` }));
}

/** One org, one feed, one poller. */
async function oneFeed(
  installation: Installation,
  changes: PollerArguments = {},
  grant: Partial<GrantRequest> = {},
): Promise<string> {
  await installation.authorize(grant);
  const feedId = await installation.subscribe(TOPIC);
  await installation.startPoller(changes);
  await isActive(installation, feedId);
  return feedId;
}

/** The same, with a proxy in front of the org. */
async function oneFeedThroughProxy(installation: Installation): Promise<ConnectionProxy> {
  const proxy = await installation.startOrgProxy();
  await oneFeed(installation, {}, { pubsubEndpoint: proxy.address });
  return proxy;
}

async function isActive({ stores }: Installation, feedId: string): Promise<void> {
  await until('an active feed', async () => (await stores.feeds.get(feedId))?.state === 'active', 30_000);
}

/** Publishes `count` events in steps, with an action between the steps. */
async function between(
  installation: Installation,
  count: number,
  steps: number,
  work: (step: number) => Promise<unknown> | unknown,
): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    publish(installation, Math.floor(count / steps));
    await sleep(100);
    await work(step);
    await sleep(400);
  }
}

/** Kills the poller when its next call of the operation reaches the phase, and starts another. */
async function killAt(installation: Installation, operation: string, phase: CallPhase): Promise<void> {
  const proxy = operation === 'SendMessageBatch' ? installation.sqs : installation.dynamodb;
  const victim = installation.pollers.at(-1);
  if (victim === undefined) throw new Error('expected a poller');
  await new Promise<void>((resolve) => {
    proxy.onPhase = async (call, at) => {
      if (call.operation !== operation || at !== phase) return;
      proxy.onPhase = () => undefined;
      await installation.kill(victim);
      // The call in flight dies with the process.
      if (phase === 'arrived') proxy.fate = next(operation, 'lose-request', 1);
      resolve();
    };
    publish(installation, 50);
  });
  await installation.startPoller();
}

const KILL_POINTS: readonly (readonly [operation: string, phase: CallPhase, name: string])[] = [
  ['SendMessageBatch', 'arrived', 'before SQS sees a batch'],
  ['SendMessageBatch', 'done', 'when SQS has taken a batch and not answered'],
  ['UpdateItem', 'arrived', 'before a cursor is written'],
  ['UpdateItem', 'done', 'when a cursor is written and not answered'],
];

function reasons(installation: Installation): ReadonlySet<string | undefined> {
  return new Set(installation.logged('FEED_FAILED').map(({ reason }) => reason));
}

/** A path that left no trace in the log did not occur. */
function mustHaveMet(installation: Installation, ...ids: readonly string[]): string[] {
  const met = reasons(installation);
  return ids
    .filter((id) => !met.has(id))
    .map((id) => `expected the poller to meet ${id}, found ${[...met].join(', ') || 'nothing'}`);
}

function endedBy(ending: 'reset-unavailable' | 'reset-internal' | 'service-unavailable' | 'ok') {
  return async (installation: Installation) => {
    await oneFeed(installation);
    await between(installation, 500, 10, () => installation.org.endStreams(ending));
  };
}

export const LOSS_PATHS: readonly LossPath[] = [
  {
    name: 'kill -9 of the poller, at random',
    done: '10 kills in a flow of 200 events/s, each 0 to 2 s after the poller took up the feed; the next is started at once',
    run: async (installation) => {
      await oneFeed(installation);
      const flow = setInterval(() => publish(installation, 10), 50);
      for (let round = 0; round < 10; round += 1) {
        await until('a stream', () => installation.org.openStreams().length > 0, 30_000);
        await sleep(Math.random() * 2_000);
        await installation.kill(installation.pollers.at(-1) ?? fail());
        await until('its end', () => installation.org.openStreams().length === 0);
        await installation.startPoller();
      }
      clearInterval(flow);
    },
    check: ({ kills }) => (kills === 10 ? [] : [`expected 10 kills, found ${kills}`]),
  },
  ...KILL_POINTS.map(
    ([operation, phase, name]): LossPath => ({
      name: `kill -9 of the poller, ${name}`,
      done: '5 kills, each at that point, with 50 events under way',
      run: async (installation) => {
        await oneFeed(installation);
        for (let round = 0; round < 5; round += 1) await killAt(installation, operation, phase);
      },
      check: ({ kills }) => (kills === 5 ? [] : [`expected 5 kills, found ${kills}`]),
    }),
  ),
  {
    name: 'SQS refuses',
    done: '503 to 41 requests in a row, longer than the poller tries: the feed waits and comes back',
    run: async (installation) => {
      const feedId = await oneFeed(installation);
      installation.sqs.fate = next('SendMessageBatch', 'refuse', 41);
      publish(installation, 500);
      await until(
        'a refusal on the feed',
        async () => {
          const feed = await installation.stores.feeds.get(feedId);
          return feed?.reason?.id === 'queue-refused';
        },
        90_000,
      );
    },
    check: (installation) => mustHaveMet(installation, 'queue-refused'),
    settleMs: 90_000,
  },
  {
    name: 'SQS takes half of a batch',
    done: 'every second entry of 20 batches refused',
    run: async (installation) => {
      await oneFeed(installation);
      installation.sqs.fate = next('SendMessageBatch', 'half', 20);
      publish(installation, 500);
    },
    check: ({ sqs }) => (sqs.counts.half === 20 ? [] : [`expected 20 halves, found ${sqs.counts.half}`]),
  },
  {
    name: 'answer of SQS lost',
    done: '10 batches taken, the connection cut before the answer: the SDK sends them again',
    run: async (installation) => {
      await oneFeed(installation);
      installation.sqs.fate = next('SendMessageBatch', 'lose-answer', 10);
      publish(installation, 500);
    },
    check: ({ sqs }) => (sqs.counts['lose-answer'] === 10 ? [] : ['expected 10 lost answers']),
  },
  {
    name: 'lease lost mid-batch',
    done: '5 times in the middle of sending, the lease is taken away; whoever is told of it takes the feed again',
    run: async (installation) => {
      const feedId = await oneFeed(installation);
      await installation.startPoller();
      for (let round = 0; round < 5; round += 1) {
        let batches = 0;
        await new Promise<void>((resolve) => {
          installation.sqs.onPhase = async ({ operation }, phase) => {
            if (operation !== 'SendMessageBatch' || phase !== 'arrived') return;
            batches += 1;
            if (batches !== 4) return;
            installation.sqs.onPhase = () => undefined;
            // The owner's request ends the lease.
            await installation.stores.feeds.setState(feedId, { state: 'active' });
            await installation.wake([feedId]);
            resolve();
          };
          publish(installation, 100);
        });
        await sleep(1_500);
      }
    },
    check: (installation) => {
      const lost = installation.logged('FEED_LEASE_LOST').length;
      return lost >= 5 ? [] : [`expected 5 lost leases, found ${lost}`];
    },
  },
  {
    name: 'two pollers racing',
    done: 'two pollers woken for the same feed 20 times; then one stops for 6 s (SIGSTOP), longer than its lease, and wakes up with frames in hand',
    run: async (installation) => {
      const feedId = await oneFeed(installation);
      await installation.startPoller();
      for (let round = 0; round < 20; round += 1) {
        publish(installation, 20);
        await Promise.all([installation.wake([feedId]), installation.wake([feedId])]);
        await sleep(50);
      }
      for (const poller of installation.pollers) {
        publish(installation, 50);
        poller.stop();
        await sleep(6_000);
        publish(installation, 50);
        poller.resume();
        await sleep(1_000);
      }
    },
    check: (installation) =>
      installation.logged('FEED_LEASE_LOST').length > 0 ? [] : ['expected a lease to be lost'],
  },
  {
    name: 'token revoked mid-stream',
    done: '10 times all access tokens revoked and the streams ended; the refresh token rotates each time',
    run: async (installation) => {
      await installation.authorizeByRotatingToken();
      const feedId = await installation.subscribe(TOPIC);
      await installation.startPoller();
      await isActive(installation, feedId);
      await between(installation, 500, 10, () => installation.org.revokeAllTokens({ endStreams: true }));
    },
    check: (installation) => mustHaveMet(installation, 'service.auth.error'),
  },
  {
    name: 'stream reset',
    done: '10 times UNAVAILABLE: RST_STREAM closed stream, HTTP/2 NO_ERROR',
    run: endedBy('reset-unavailable'),
    check: (installation) => mustHaveMet(installation, 'unavailable'),
  },
  {
    name: 'RST without a status',
    done: '10 times INTERNAL: Received RST_STREAM with code 0',
    run: endedBy('reset-internal'),
    check: (installation) => mustHaveMet(installation, 'internal'),
  },
  {
    name: 'stream ended with status OK',
    done: '10 times',
    run: endedBy('ok'),
    check: (installation) => mustHaveMet(installation, 'stream-closed'),
  },
  {
    name: 'service.unavailable as INTERNAL',
    done: '10 streams ended so, each with the next two RPCs refused so as well',
    run: async (installation) => {
      await oneFeed(installation);
      await between(installation, 500, 10, () => {
        installation.org.faults.nextServiceUnavailable = 2;
        installation.org.endStreams('service-unavailable');
      });
    },
    check: (installation) => mustHaveMet(installation, 'service.unavailable'),
  },
  {
    name: 'connection cut',
    done: '10 times the sockets under all streams',
    run: async (installation) => {
      await oneFeed(installation);
      await between(installation, 500, 10, () => installation.org.dropConnections());
    },
    check: (installation) => {
      const met = installation.logged('FEED_FAILED').length;
      return met >= 10 ? [] : [`expected the poller to meet 10 failures, found ${met}`];
    },
  },
  {
    name: 'half-open stream',
    done: '3 times the org falls silent for 5 s without ending the stream (watchdog at 2 s, 300 s in production)',
    options: { poller: { silenceMsMax: 2_000 } },
    run: async (installation) => {
      await oneFeed(installation);
      for (let round = 0; round < 3; round += 1) {
        publish(installation, 50);
        installation.org.faults.halfOpen = true;
        publish(installation, 100);
        await sleep(5_000);
        installation.org.faults.halfOpen = false;
      }
    },
    check: (installation) => mustHaveMet(installation, 'stream-silent'),
  },
  {
    name: 'half-open connection',
    done: 'twice the network forgets the connection without a word to either side, with 100 events to come: pings notice it, after 30 s and 15 s as in production',
    run: async (installation) => {
      const proxy = await oneFeedThroughProxy(installation);
      for (let round = 0; round < 2; round += 1) {
        publish(installation, 50);
        proxy.forgetConnections();
        publish(installation, 100);
        await sleep(60_000);
      }
    },
    check: (installation) => mustHaveMet(installation, 'unavailable'),
  },
  {
    name: 'a gateway in place of Salesforce',
    done: 'HTTP 403, 404 and 503 with an HTML page to every call, 10 s each, with 100 events published meanwhile',
    run: async (installation) => {
      const proxy = await oneFeedThroughProxy(installation);
      for (const status of [403, 404, 503]) {
        publish(installation, 50);
        await using gateway = await startGateway(status);
        proxy.redirect(gateway.address);
        publish(installation, 100);
        await sleep(10_000);
        proxy.redirect(installation.org.grpcAddress);
      }
    },
    check: (installation) => mustHaveMet(installation, 'permission-denied', 'unimplemented', 'unavailable'),
  },
  {
    name: 'a login page in place of an access token',
    done: '5 times all access tokens revoked and the streams ended; the next three requests for a token are answered with HTML',
    run: async (installation) => {
      const { org } = installation;
      const { host } = new URL(org.httpUrl);
      const login = await installation.startOrgProxy(host);
      let pages = 0;
      const maintenance = createServer((_, answer) => {
        pages += 1;
        answer
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<html>We are down for maintenance</html>');
        if (pages % 3 === 0) answer.on('close', () => login.redirect(host));
      });
      try {
        const maintenanceHost = new URL(await listenOnLoopback(maintenance)).host;
        await oneFeed(installation, {}, { loginUrl: `http://${login.address}` });
        for (let round = 1; round <= 5; round += 1) {
          publish(installation, 50);
          login.redirect(maintenanceHost);
          org.revokeAllTokens();
          org.endStreams('auth-error');
          publish(installation, 50);
          await until('three pages', () => pages === 3 * round, 30_000);
          await until('a stream', () => org.openStreams().length > 0, 30_000);
        }
      } finally {
        await stopServer(maintenance);
      }
    },
    check: (installation) => mustHaveMet(installation, 'login-no-json'),
  },
  {
    name: 'latest, before the first frame',
    done: 'no frame comes before an event: the stream of one topic of changes is cut, the poller killed with another one open, each with 100 changes meanwhile',
    options: { org: { timing: { keepaliveMs: 3_600_000 } } },
    run: async (installation) => {
      const { org } = installation;
      const proxy = await installation.startOrgProxy();
      await installation.authorize({ pubsubEndpoint: proxy.address });
      const poller = await installation.startPoller();
      await installation.subscribe('/data/AccountChangeEvent', { replay: 'latest' });
      await until('a stream', () => org.openStreams().length === 1, 30_000);
      await using gateway = await startGateway(503);
      proxy.redirect(gateway.address);
      for (let each = 0; each < 100; each += 1) org.records.create('Account', { Name: `${each}` });
      await sleep(1_000);
      proxy.redirect(org.grpcAddress);
      await until('a stream', () => org.openStreams().length === 1, 30_000);
      await installation.subscribe('/data/OpportunityChangeEvent', { replay: 'latest' });
      await until('another stream', () => org.openStreams().length === 2, 30_000);
      await installation.kill(poller);
      const opportunity = { StageName: 'Prospecting', CloseDate: '2026-12-01' };
      for (let each = 0; each < 100; each += 1) {
        org.records.create('Opportunity', { Name: `${each}`, ...opportunity });
      }
      await installation.startPoller();
    },
    check: async (installation) => {
      const gaps = (await installation.feeds()).flatMap((feed) => feed.gaps);
      return gaps.length === 0 ? [] : [`expected no gap, found ${gaps.length}`];
    },
  },
  {
    name: 'duplicate delivery',
    done: 'Salesforce sends every fifth event twice: what is repeated here are its repeats, with the same id',
    options: { org: { faults: { duplicateRate: 0.2 } } },
    run: async (installation) => {
      await oneFeed(installation);
      publish(installation, 500);
    },
    check: (_, { duplicates }) => (duplicates > 0 ? [] : ['expected duplicates']),
  },
  {
    name: 'aged-out cursor',
    done: 'the poller killed, 73 hours pass, 250 events published, policy earliest: all that Salesforce still has, and a possible gap on record',
    run: async (installation) => {
      const feedId = await oneFeed(installation);
      publish(installation, 250);
      await until(
        'the cursor',
        async () => (await installation.stores.feeds.get(feedId))?.acceptedCount === 250,
        30_000,
      );
      await installation.kill(installation.pollers.at(-1) ?? fail());
      installation.org.advanceClock(73 * 3_600_000);
      publish(installation, 250);
      await installation.startPoller();
    },
    check: async (installation) => {
      const [feed] = await installation.feeds();
      return feed?.gaps.length === 1 ? [] : [`expected one gap, found ${feed?.gaps.length}`];
    },
  },
  {
    name: 'event stream reset (sandbox refresh, org migration)',
    done: 'all replay ids become worthless after 250 events have been read, policy earliest',
    run: async (installation) => {
      const feedId = await oneFeed(installation);
      publish(installation, 250);
      await until(
        'the cursor',
        async () => (await installation.stores.feeds.get(feedId))?.acceptedCount === 250,
        30_000,
      );
      installation.org.resetEventStream(TOPIC);
      publish(installation, 250);
    },
    check: async (installation) => {
      const [feed] = await installation.feeds();
      return feed?.gaps.length === 1 ? [] : [`expected one gap, found ${feed?.gaps.length}`];
    },
  },
  {
    name: 'slow GetSchema',
    done: 'each answer takes 2 s; the schema changes 5 times, and each first asking is refused',
    options: { org: { faults: { getSchemaDelayMs: 2_000 } } },
    run: async (installation) => {
      await oneFeed(installation);
      for (let round = 0; round < 5; round += 1) {
        installation.org.addField(NAME, { name: `Extra${round}__c`, type: 'double' });
        publish(installation, 100);
        installation.org.faults.nextServiceUnavailable = 1;
        await sleep(500);
      }
    },
    check: (installation) => mustHaveMet(installation, 'service.unavailable'),
  },
  {
    name: 'undecodable payload',
    done: '10 of 520 events with bytes that fit no schema: in quarantine, raw, and the feed goes on',
    run: async (installation) => {
      await oneFeed(installation);
      for (let round = 0; round < 10; round += 1) {
        publish(installation, 50);
        installation.org.publishRaw(TOPIC, Buffer.from([0xff, 0xff, 0xff, round]));
      }
      publish(installation, 10);
    },
    check: (_, { quarantined }) =>
      quarantined === 10 ? [] : [`expected 10 in quarantine, found ${quarantined}`],
  },
  {
    name: '1,000 topics on one org',
    done: '1,000 feeds, 5 events on each, two pollers, one killed in the middle',
    // With the timing of the other paths there would be thousands of keepalives and a thousand lease renewals a second,
    // and the emulators would do nothing else.
    options: {
      org: { timing: { keepaliveMs: 10_000 } },
      poller: { timing: { ...SHORT_LEASES, leaseMs: 15_000, leaseRenewMs: 5_000 } },
    },
    run: async (installation) => {
      const { org } = installation;
      await installation.authorize();
      const names = Array.from({ length: 1_000 }, (_, index) => `Topic_${index}__e`);
      for (const name of names) {
        org.definePlatformEvent({
          name,
          label: name,
          publishable: true,
          fields: [{ name: 'Text__c', type: 'string', length: 80 }],
        });
        await installation.subscribe(`/event/${name}`);
      }
      await installation.startPoller();
      await installation.startPoller();
      for (let round = 0; round < 5; round += 1) {
        for (const name of names) org.publishPlatformEvent(name, { Text__c: `${round}` });
        await sleep(3_000);
        if (round === 2) {
          await installation.kill(installation.pollers[0] ?? fail());
          await installation.startPoller();
        }
      }
    },
    settleMs: 180_000,
  },
];

function fail(): never {
  throw new Error('expected a poller');
}
