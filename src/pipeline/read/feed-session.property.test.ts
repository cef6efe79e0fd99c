import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anEvent } from '../../../test/support/builders.ts';
import { ScriptedTopic } from '../../../test/support/scripted-topic.ts';
import { VirtualFeeds } from '../../../test/support/virtual-feeds.ts';
import type { Feed, FeedLease } from '../../domain/feeds/feed.ts';
import type { FeedFailureKind } from '../../domain/feeds/feed-source.ts';
import { FeedSession } from './feed-session.ts';
import { FEED_TIMING } from './feed-timing.ts';

const HOUR_MS = 3_600_000;
const REPAIR_MS = 1_000;

/** One feed through its life: workers come and go, and some continue without knowing that they have lost it. */
class World {
  readonly feeds = new VirtualFeeds();
  readonly topic: ScriptedTopic;
  /** Violations that were found. */
  readonly wrong: string[] = [];
  storeFails = false;
  #feed: Feed | undefined;
  #reached = 0;
  #reader: { readonly session: FeedSession; readonly workerId: string } | undefined;
  #workers = 0;

  constructor() {
    this.topic = new ScriptedTopic(() => this.#reached);
    const { time, stores } = this.feeds;
    this.feeds.repair = async (_target, event, _entity, recordId) => {
      await time.sleep(REPAIR_MS);
      const json = anEvent({ ...event.json, id: `repair-of-${recordId}` });
      return { kind: 'repaired', event: { json, avroJson: undefined } };
    };
    const lost = new Set<string>();
    const nameOf = ({ owner, fence }: FeedLease) => `${owner} ${fence}`;
    /** Wraps a store to observe its calls and to let it fail. */
    const watched = async <T>(lease: FeedLease | undefined, write: () => Promise<T>): Promise<T> => {
      if (lease !== undefined && lost.has(nameOf(lease))) {
        this.wrong.push('a worker wrote after it had been told that its lease is lost');
      }
      if (lease !== undefined && this.storeFails) throw new Error('the store is down');
      const answer = await write();
      if (lease !== undefined && answer === 'lost') lost.add(nameOf(lease));
      return answer;
    };
    const moveCursor = stores.feeds.moveCursor.bind(stores.feeds);
    stores.feeds.moveCursor = (lease, progress) =>
      watched(lease, async () => {
        const moved = await moveCursor(lease, progress);
        if (moved === 'moved') this.#moved(Number(progress.cursor));
        return moved;
      });
    const setState = stores.feeds.setState.bind(stores.feeds);
    stores.feeds.setState = (id, change, lease) => watched(lease, () => setState(id, change, lease));
  }

  async begin(given: Partial<Feed>): Promise<void> {
    this.#feed = await this.feeds.feed(given, { repair: true });
    if (given.replay !== 'latest') this.topic.wantedFrom = 0;
  }

  async stored(): Promise<Feed> {
    return (await this.feeds.stored({ id: this.#feed?.id ?? '' })).feed;
  }

  /** Starts a session unless one runs, or the feed wants none yet. */
  async start(): Promise<void> {
    const { feeds } = this;
    if (this.#reader !== undefined || this.#feed === undefined) return;
    this.#workers += 1;
    const worker = feeds.otherWorker({ id: `worker-${this.#workers}` });
    await feeds.stores.feeds.startWorker(worker);
    const held = await feeds.stores.feeds.acquireLease(this.#feed.id, worker, feeds.time.now());
    if (held === undefined) return;
    const ports = { ...feeds.sessionPorts(), source: this.topic };
    const session = new FeedSession(ports, held, FEED_TIMING);
    const reader = { session, workerId: worker.id };
    this.#reader = reader;
    void session.run().then(async () => {
      await feeds.stores.feeds.releaseLease(session.lease, session.caughtUpAtMs);
      if (this.#reader === reader) this.#reader = undefined;
    });
    await feeds.time.settle();
  }

  stop(): void {
    this.#reader?.session.stop('handed-over');
  }

  /** Lets another worker take the feed; the former one continues until it finds out. */
  async loseLease(): Promise<void> {
    if (this.#reader === undefined) return;
    await this.feeds.stores.feeds.endWorker(this.#reader.workerId, this.feeds.time.now());
    this.#reader = undefined;
    await this.start();
  }

  /** The faults are over: everything that can still arrive does. */
  async end(): Promise<void> {
    this.storeFails = false;
    this.topic.failures.length = 0;
    this.feeds.queue.refuses = () => false;
    for (let round = 0; round < 60; round += 1) {
      await this.feeds.time.pass(60_000);
      await this.start();
      this.topic.deliver(10);
      await this.feeds.time.pass(REPAIR_MS * 10);
    }
  }

  /** The events that the feed should have queued but did not, in topic order. */
  missing(upTo = this.topic.events.length): string[] {
    const queued = new Set(this.feeds.queuedIds());
    return this.topic.events
      .slice(this.topic.wantedFrom ?? upTo, upTo)
      .flatMap(({ raw, decoded }) =>
        decoded.kind === 'decoded' && decoded.gap !== undefined ? [raw.id, `repair-of-${raw.id}`] : [raw.id],
      )
      .filter((id) => !queued.has(id) && !this.topic.passedOver.has(id.replace('repair-of-', '')));
  }

  #moved(reached: number): void {
    this.#reached = reached;
    const missing = this.missing(reached);
    if (missing.length > 0) this.wrong.push(`the cursor moved to ${reached}, over ${missing.join(', ')}`);
  }
}

type Step = (world: World) => void | Promise<void>;

const FAILURES = ['retry', 'reauth', 'unclear', 'slow-down', 'quota', 'authorization'] as const;
const failureKind = fc.constantFrom<FeedFailureKind>(...FAILURES, 'cursor-invalid');

/** Names a step, so that a counterexample can be read. */
function step(name: string, run: Step): Step {
  return Object.assign(run, { toString: () => name });
}

const steps = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.boolean())
      .map(([count, isGap]) =>
        step(`publish ${count}${isGap ? ' gaps' : ''}`, ({ topic }) => topic.publish(count, isGap)),
      ),
  },
  {
    weight: 6,
    arbitrary: fc.integer({ min: 1, max: 4 }).map((count) =>
      step(`deliver ${count}`, async ({ topic, feeds }) => {
        topic.deliver(count);
        await feeds.time.settle();
      }),
    ),
  },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(0, 10, 300, 2_000, 6_000, 70_000, 20 * 60_000)
      .map((ms) => step(`pass ${ms}`, ({ feeds }) => feeds.time.pass(ms))),
  },
  { weight: 4, arbitrary: fc.constant(step('start', (world) => world.start())) },
  { weight: 1, arbitrary: fc.constant(step('stop', (world) => world.stop())) },
  { weight: 2, arbitrary: fc.constant(step('lose the lease', (world) => world.loseLease())) },
  { weight: 2, arbitrary: failureKind.map((kind) => step(`fail ${kind}`, ({ topic }) => topic.fail(kind))) },
  {
    weight: 1,
    arbitrary: failureKind.map((kind) =>
      step(`fail the next opening: ${kind}`, ({ topic }) => {
        topic.failures.push(kind);
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 3 }).map((nth) =>
      step(`the queue refuses: ${nth}`, ({ feeds }) => {
        let asked = 0;
        // 0 refuses nothing, 1 everything, n every nth message.
        feeds.queue.refuses = () => {
          asked += 1;
          return nth > 0 && asked % nth === 0;
        };
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((fails) =>
      step(`the store ${fails ? 'fails' : 'works'}`, (world) => {
        world.storeFails = fails;
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: -48, max: 48 })
      .map((hours) =>
        step(`the clock jumps by ${hours} h`, ({ feeds }) => feeds.time.advance(hours * HOUR_MS)),
      ),
  },
);

const beginnings = fc.constantFrom<Partial<Feed>>(
  { replay: 'earliest' },
  { replay: 'latest', onInvalidCursor: 'latest' },
  { replay: 'latest', cursor: '0', state: 'active', onInvalidCursor: 'earliest' },
  { replay: 'earliest', cursor: '0', state: 'active', onInvalidCursor: 'latest' },
);

describe('whatever happens to a feed', () => {
  it('nothing is lost without a gap on record, no cursor passes what is not accepted, and it ends active', async () => {
    await fc.assert(
      fc.asyncProperty(beginnings, fc.array(steps, { maxLength: 40, size: 'max' }), async (given, taken) => {
        const world = new World();
        await world.begin(given);
        await world.start();
        for (const each of taken) await each(world);
        await world.end();
        const feed = await world.stored();
        expect(world.wrong).toEqual([]);
        expect(world.missing()).toEqual([]);
        expect({ state: feed.state, reason: feed.reason }).toEqual({ state: 'active', reason: undefined });
        expect(Number(feed.cursor)).toBe(world.topic.events.length);
        if (world.topic.passedOver.size > 0) expect(feed.gaps).not.toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
