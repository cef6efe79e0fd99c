import { MemoryPollQueue } from '../../src/adapters/memory/poll-queue.ts';
import { MemoryQuarantineStore } from '../../src/adapters/memory/quarantine-store.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import type { Announcement } from '../../src/domain/announcements/announcement.ts';
import { parseDeliveryMessage } from '../../src/domain/deliveries/delivery-message.ts';
import { parseEvent } from '../../src/domain/events/event.ts';
import type { Feed } from '../../src/domain/feeds/feed.ts';
import type { HeldFeed, StoredFeed } from '../../src/domain/feeds/feed-store.ts';
import type { FeedWorkerRecord } from '../../src/domain/feeds/feed-worker-record.ts';
import type { GapRepair } from '../../src/domain/feeds/gap-repair.ts';
import { parsePollMessage } from '../../src/domain/feeds/poll-message.ts';
import type { FeedSessionPorts } from '../../src/pipeline/read/feed-session.ts';
import { FeedSubscriptions } from '../../src/pipeline/read/feed-subscriptions.ts';
import { FEED_TIMING } from '../../src/pipeline/read/feed-timing.ts';
import { FeedWorker, type FeedWorkerPorts } from '../../src/pipeline/read/feed-worker.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { RoutesRevision } from '../../src/pipeline/route/route-cache.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { RecordedLog } from './recorded-telemetry.ts';
import { aFeed, aFeedWorker, aSalesforceSubscription, aStream } from './records.ts';
import { RefusingQueue } from './refusing-queue.ts';
import { ScriptedFeedSource } from './scripted-feed-source.ts';
import { VirtualTime } from './virtual-time.ts';

/**
 * The part of the pipeline that reads feeds, in virtual time and with production's waits; stores and queues are in memory, and
 * the test scripts the far side. Assert what was queued, what the stores hold, what was asked of the source, and when.
 */
export class VirtualFeeds {
  readonly time = new VirtualTime();
  readonly stores = makeMemoryStores();
  readonly source = new ScriptedFeedSource();
  readonly queue = new RefusingQueue();
  readonly pollQueue = new MemoryPollQueue();
  readonly quarantine = new MemoryQuarantineStore();
  readonly log = new RecordedLog();
  readonly announced: Announcement[] = [];
  repair: GapRepair['repair'] = async () => ({ kind: 'deleted' });

  ports(): FeedWorkerPorts {
    const { stores, source, queue, pollQueue, quarantine, log, time } = this;
    return {
      ...stores,
      source,
      queue,
      pollQueue,
      restSubscription: async () => undefined,
      announcements: { announce: async (announcement) => void this.announced.push(announcement) },
      quarantine,
      log,
      gapRepair: { repair: (...asked) => this.repair(...asked) },
      metrics: silentMetrics,
      clock: time,
      timers: time,
      random: () => 0,
    };
  }

  sessionPorts(): FeedSessionPorts {
    const { subscriptions, streams } = this.stores;
    const revision = new RoutesRevision(subscriptions, this.time, FEED_TIMING.routesKeptMs);
    return {
      ...this.ports(),
      routing: new RoutingTables(streams, this.time, revision),
      feedSubscriptions: new FeedSubscriptions(subscriptions, revision, this.time),
    };
  }

  /** A worker, as one poller process has it. */
  worker(): FeedWorker {
    return new FeedWorker(this.ports());
  }

  /** A feed with one subscription, which has one stream. */
  async feed(given: Partial<Feed> = {}, subscription: { readonly repair?: boolean } = {}): Promise<Feed> {
    const feed = aFeed({ createdAtMs: this.time.now(), ...given });
    await this.stores.feeds.ensure(feed);
    const { id, appId } = aSalesforceSubscription({ appId: feed.appId, feedId: feed.id });
    await this.stores.subscriptions.create(
      aSalesforceSubscription({ id, appId, feedId: feed.id, name: id, ...subscription }),
    );
    await this.stores.streams.create(aStream({ appId, subscriptionId: id }));
    return feed;
  }

  async pauseSubscriptions({ appId }: Feed): Promise<void> {
    for (const subscription of await this.stores.subscriptions.list(appId)) {
      await this.stores.subscriptions.update({ ...subscription, paused: true });
    }
    await this.time.pass(FEED_TIMING.routesKeptMs + 1);
  }

  /** Acquires the feed's lease, as a worker does. */
  async hold({ id }: Feed): Promise<HeldFeed> {
    const worker = this.otherWorker();
    await this.stores.feeds.startWorker(worker);
    const held = await this.stores.feeds.acquireLease(id, worker, this.time.now());
    if (held === undefined) throw new Error('expected a feed that wants a worker');
    return held;
  }

  /** The record of another worker, as of now. */
  otherWorker(given: Partial<FeedWorkerRecord> = {}): FeedWorkerRecord {
    const nowMs = this.time.now();
    return aFeedWorker({
      startedAtMs: nowMs,
      renewedAtMs: nowMs,
      untilMs: nowMs + 3_600_000,
      endsAtMs: nowMs + 3_600_000,
      ...given,
    });
  }

  async stored({ id }: Pick<Feed, 'id'>): Promise<StoredFeed> {
    const stored = (await this.stores.feeds.listAll()).find(({ feed }) => feed.id === id);
    if (stored === undefined) throw new Error(`expected a feed ${id}, found none`);
    return stored;
  }

  queuedIds(): string[] {
    return this.queue.inner.messages.flatMap(({ body }) => {
      const message = parseDeliveryMessage(body);
      return message.kind === 'first' ? message.eventJsons.map((json) => parseEvent(json).id) : [];
    });
  }

  /** Ids of the feeds for which workers were woken, oldest first. */
  wokenIds(): string[] {
    return this.pollQueue.messages.flatMap((body) => parsePollMessage(body).feedIds);
  }
}
