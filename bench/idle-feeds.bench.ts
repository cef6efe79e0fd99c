import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { makeDynamoClient } from '../src/adapters/dynamodb/client.ts';
import { makeDynamoStores } from '../src/adapters/dynamodb/stores.ts';
import { Table } from '../src/adapters/dynamodb/table.ts';
import { MemoryDeliveryQueue } from '../src/adapters/memory/delivery-queue.ts';
import { MemoryQuarantineStore } from '../src/adapters/memory/quarantine-store.ts';
import { systemClock } from '../src/base/clock.ts';
import { newUuid } from '../src/base/ids.ts';
import { systemTimers } from '../src/base/timers.ts';
import { NO_ANNOUNCEMENTS } from '../src/domain/announcements/announcement.ts';
import type { FeedFrame, FeedSource, FeedStreamEnded } from '../src/domain/feeds/feed-source.ts';
import type { PollQueue } from '../src/domain/feeds/poll-queue.ts';
import { FEED_TIMING, type FeedTiming } from '../src/pipeline/read/feed-timing.ts';
import { FeedWorker } from '../src/pipeline/read/feed-worker.ts';
import { wakeFeeds } from '../src/pipeline/read/wake-feeds.ts';
import { measureFeeds } from '../src/pipeline/upkeep/measure-feeds.ts';
import { FEED_SESSION_MS, MEMORY_MB, SCHEDULE_INTERVAL_MS } from '../src/settings/runtime.ts';
import { silentLog } from '../src/telemetry/logger.ts';
import { silentMetrics } from '../src/telemetry/metrics.ts';
import { startDynamodb } from '../test/support/dynamodb-emulator.ts';
import { aFeed, aSalesforceSubscription } from '../test/support/records.ts';
import { printMachine } from './measure.ts';

/**
 * The cost of feeds in which nothing happens: workers and schedule on an emulated DynamoDB that reports what each request consumes, with
 * all of production's waits divided by SCALE, through several hand-overs; keepalives come as from live orgs. Each feed belongs to an app of
 * its own, which is the most expensive case. The emulator does not count the units of the index `due`, so they are added: an entry that
 * changes is a removal and a write. An empty read counts as AWS counts it. What happens once an hour is added by arithmetic. DESIGN §7: 200
 * feeds for at most $12 a month, Lambda included.
 */
const SCALE = 60;
const MINUTES = 90;
const KEEPALIVE_MS = 60_000 / SCALE;
const FEED_COUNTS = [1, 10, 200];

/** List prices of us-east-1 in 2026, in dollars; a month as in docs/deploy.md. */
const WRITE_UNIT = 0.625e-6;
const READ_UNIT = 0.125e-6;
const LAMBDA_GB_SECOND = 13.3334e-6;
const MONTH_MINUTES = 43_800;
const MONTH_SECONDS = 60 * MONTH_MINUTES;
/** For the index `due`: the entry of a held feed moves once an hour. */
const HOURLY_UNITS_PER_FEED = 2;

const TIMING: FeedTiming = {
  leaseMs: FEED_TIMING.leaseMs / SCALE,
  leaseRenewMs: FEED_TIMING.leaseRenewMs / SCALE,
  cursorWriteMs: FEED_TIMING.cursorWriteMs / SCALE,
  cursorHeldMs: FEED_TIMING.cursorHeldMs / SCALE,
  idleCursorWriteMs: FEED_TIMING.idleCursorWriteMs / SCALE,
  positionMs: FEED_TIMING.positionMs / SCALE,
  routesKeptMs: FEED_TIMING.routesKeptMs / SCALE,
  adoptMs: FEED_TIMING.adoptMs / SCALE,
  endsSoonMs: FEED_TIMING.endsSoonMs / SCALE,
  filterWindowMs: FEED_TIMING.filterWindowMs / SCALE,
  retryMs: FEED_TIMING.retryMs / SCALE,
  refusedRetryDelaysMs: FEED_TIMING.refusedRetryDelaysMs,
};

interface Units {
  requests: number;
  reads: number;
  writes: number;
}

/** Counts units by purpose. */
class Meter {
  readonly units = new Map<string, Units>();
  /** By key: the index entry as last seen. */
  readonly #due = new Map<string, string>();
  reset(): void {
    this.units.clear();
  }

  watch(client: DynamoDBDocumentClient, part: string): void {
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const input = args.input as Record<string, unknown>;
          input['ReturnConsumedCapacity'] = 'TOTAL';
          const answer = await next(args);
          this.#count(part, String(commandName), input, answer.output as unknown as Record<string, unknown>);
          return answer;
        },
      { step: 'initialize' },
    );
  }

  #count(
    part: string,
    command: string,
    input: Record<string, unknown>,
    output: Record<string, unknown>,
  ): void {
    const consumed = [output['ConsumedCapacity']].flat() as ({ CapacityUnits?: number } | undefined)[];
    const capacity = consumed.reduce((sum, each) => sum + (each?.CapacityUnits ?? 0), 0);
    const isWrite = /^(Put|Update|Delete|BatchWrite)/.test(command);
    const name = `${part}: ${command.replace('Command', '')} ${subject(input)}`;
    const units = this.units.get(name) ?? { requests: 0, reads: 0, writes: 0 };
    units.requests += 1;
    if (isWrite) units.writes += capacity + this.#indexUnits(output['Attributes'] as Record<string, unknown>);
    else units.reads += Math.max(capacity, leastUnits(command, input));
    this.units.set(name, units);
  }

  #indexUnits(item: Record<string, unknown> | undefined): number {
    if (item?.['dueShard'] === undefined) return 0;
    const key = JSON.stringify(item['pk']);
    const entry = JSON.stringify([item['dueShard'], item['dueAtMs']]);
    const former = this.#due.get(key);
    this.#due.set(key, entry);
    return former === undefined || former === entry ? 0 : 2;
  }
}

/** What AWS charges for a read that finds nothing; the emulator charges nothing. */
function leastUnits(command: string, input: Record<string, unknown>): number {
  if (command.startsWith('BatchGet')) return 0;
  return input['ConsistentRead'] === true ? 1 : 0.5;
}

function subject(input: Record<string, unknown>): string {
  if (input['IndexName'] !== undefined) return `index ${String(input['IndexName'])}`;
  const text = JSON.stringify(
    input['Key'] ?? input['Item'] ?? input['ExpressionAttributeValues'] ?? input['RequestItems'],
  );
  return /(FEED|WORKERS|ROUTES|APP|REVISION)/.exec(text)?.[1] ?? 'other';
}

/** The far side: it sends only keepalives. */
class QuietSource implements FeedSource {
  open() {
    let end: (ended: FeedStreamEnded) => void = () => undefined;
    const ended = new Promise<FeedStreamEnded>((resolve) => {
      end = resolve;
    });
    const keepalive: FeedFrame = {
      kind: 'frame',
      eventCount: 0,
      cursor: 'AAAAAAAQ20wAAA==',
      decode: async () => ({ kind: 'decoded', events: [] }),
    };
    const stream = {
      next: () => Promise.race([ended, sleep(KEEPALIVE_MS * (0.5 + Math.random()), keepalive)]),
      request: () => undefined,
      check: () => Promise.resolve(undefined),
      close: () => end({ kind: 'closed' }),
    };
    return Promise.resolve({ kind: 'open' as const, stream });
  }
}

/**
 * Replaces Lambda on the poll queue: one invocation per message, each in what looks like a separate process to the
 * worker.
 */
class Invocations implements PollQueue {
  readonly running = new Set<Promise<void>>();
  readonly #worker: () => FeedWorker;
  readonly #shutdown: AbortSignal;
  constructor(worker: () => FeedWorker, shutdown: AbortSignal) {
    this.#worker = worker;
    this.#shutdown = shutdown;
  }
  async wake(feedIds: readonly string[]): Promise<void> {
    if (this.#shutdown.aborted) return;
    const deadlineMs = Date.now() + FEED_SESSION_MS / SCALE;
    const run = this.#worker().run(feedIds, { deadlineMs, shutdown: this.#shutdown });
    this.running.add(run);
    void run.finally(() => this.running.delete(run));
  }
}

async function measure(feedCount: number): Promise<void> {
  const dynamodb = await startDynamodb('bench');
  const meter = new Meter();
  const clients = ['worker', 'schedule', 'set-up'].map((part) => {
    const client = makeDynamoClient({ endpoint: dynamodb.endpoint });
    meter.watch(client, part);
    return client;
  });
  const [ofWorker, ofSchedule, ofSetUp] = clients.map((client) =>
    makeDynamoStores(new Table(client, 'bench')),
  );
  if (ofWorker === undefined || ofSchedule === undefined || ofSetUp === undefined)
    throw new Error('no stores');
  for (let each = 0; each < feedCount; each += 1) {
    const feed = aFeed({ topic: `/event/Idle_${each}__e`, appId: newUuid(), createdAtMs: Date.now() });
    await ofSetUp.feeds.ensure(feed);
    await ofSetUp.subscriptions.create(
      aSalesforceSubscription({ appId: feed.appId, feedId: feed.id, paused: false }),
    );
  }
  const shutdown = new AbortController();
  const invocations: Invocations = new Invocations(
    () =>
      new FeedWorker(
        {
          ...ofWorker,
          quarantine: new MemoryQuarantineStore(),
          queue: new MemoryDeliveryQueue(),
          pollQueue: invocations,
          restSubscription: async () => undefined,
          announcements: NO_ANNOUNCEMENTS,
          source: new QuietSource(),
          gapRepair: { repair: async () => ({ kind: 'deleted' }) },
          clock: systemClock,
          timers: systemTimers,
          random: Math.random,
          metrics: silentMetrics,
          log: silentLog,
        },
        TIMING,
      ),
    shutdown.signal,
  );
  const minute = async () => {
    await wakeFeeds({ ...ofSchedule, pollQueue: invocations, clock: systemClock, log: silentLog });
    await measureFeeds({ ...ofSchedule, clock: systemClock });
  };
  await minute();
  while ((await ofSetUp.feeds.listAll()).some(({ feed }) => feed.state !== 'active')) await sleep(200);
  meter.reset();
  const startedAtMs = performance.now();
  const clock = setInterval(() => void minute(), SCHEDULE_INTERVAL_MS / SCALE);
  await sleep((MINUTES * 60_000) / SCALE);
  clearInterval(clock);
  const minutes = ((performance.now() - startedAtMs) * SCALE) / 60_000;
  report(feedCount, meter.units, minutes);
  shutdown.abort();
  await Promise.all(invocations.running);
  for (const client of clients) client.destroy();
  await dynamodb.stop();
}

function report(feedCount: number, units: ReadonlyMap<string, Units>, minutes: number): void {
  console.log(`\n${feedCount} idle feed${feedCount === 1 ? '' : 's'}, a minute of ${minutes.toFixed(0)}:`);
  let dollars = (HOURLY_UNITS_PER_FEED * feedCount * WRITE_UNIT * MONTH_MINUTES) / 60;
  line('once an hour: index due', 0, 0, (HOURLY_UNITS_PER_FEED * feedCount) / 60);
  for (const [name, { requests, reads, writes }] of [...units].toSorted(([a], [b]) => a.localeCompare(b))) {
    if (name.startsWith('set-up')) continue;
    line(name, requests / minutes, reads / minutes, writes / minutes);
    dollars += ((reads * READ_UNIT + writes * WRITE_UNIT) / minutes) * MONTH_MINUTES;
  }
  const lambda = (MEMORY_MB['pubsub-poller'] / 1_024) * MONTH_SECONDS * LAMBDA_GB_SECOND;
  console.log(
    `  DynamoDB $${dollars.toFixed(2)} + Lambda $${lambda.toFixed(2)} = $${(dollars + lambda).toFixed(2)} a month`,
  );
}

function line(name: string, requests: number, reads: number, writes: number): void {
  const dollars = (reads * READ_UNIT + writes * WRITE_UNIT) * MONTH_MINUTES;
  console.log(
    `  ${name.padEnd(34)} ${requests.toFixed(1).padStart(7)} requests ${reads.toFixed(1).padStart(7)} reads ${writes.toFixed(2).padStart(7)} writes  $${dollars.toFixed(2)}`,
  );
}

printMachine();
for (const count of FEED_COUNTS) await measure(count);
