import { expect, it } from 'vitest';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import { parseDeliveryMessage } from '../../src/domain/deliveries/delivery-message.ts';
import { parseEvent } from '../../src/domain/events/event.ts';
import { type Feed, feedId } from '../../src/domain/feeds/feed.ts';
import type { SalesforceSubscription, Subscription } from '../../src/domain/subscriptions/subscription.ts';
import { changeSubscription } from '../../src/management/subscriptions/change-subscription.ts';
import { createSubscription } from '../../src/management/subscriptions/create-subscription.ts';
import { FeedWorker } from '../../src/pipeline/read/feed-worker.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { salesforceSource } from '../../src/platforms/salesforce/source.ts';
import { SOURCES } from '../../src/platforms/sources.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { aFeed, anAuthorization, aSalesforceSubscription, aStream } from '../support/records.ts';
import { ScriptedTopic } from '../support/scripted-topic.ts';
import { VirtualFeeds } from '../support/virtual-feeds.ts';

const APP_ID = 'shop';
const TOPIC = '/event/Context__e';

/**
 * Subscriptions of one topic that pause and resume, in virtual time with production's waits; the management API's use cases
 * and the workers are real. Assert what was queued for each subscription, and its feed.
 */
class Shop {
  readonly feeds = new VirtualFeeds();
  readonly topic = new ScriptedTopic(() => 0);
  readonly authorization = anAuthorization({ appId: APP_ID, status: 'active' });
  readonly #ports = {
    ...this.feeds.stores,
    pollQueue: this.feeds.pollQueue,
    queue: this.feeds.queue,
    routing: new RoutingTables(this.feeds.stores.streams, this.feeds.time),
    // topic-directory.test.ts tests the org's own answer.
    topics: { find: async () => ({ kind: 'found' as const, canSubscribe: true, canPublish: true }) },
    sources: SOURCES,
    secrets: new MemorySecretBox(),
    clock: this.feeds.time,
    timers: this.feeds.time,
    log: this.feeds.log,
    metrics: silentMetrics,
  };

  static async open(): Promise<Shop> {
    const shop = new Shop();
    await shop.feeds.stores.authorizations.create(shop.authorization);
    return shop;
  }

  /** A subscription from before, with one stream. */
  async subscription(name: string): Promise<SalesforceSubscription> {
    const { id: authorizationId } = this.authorization;
    const id = feedId(authorizationId, TOPIC);
    const feed = aFeed({ id, appId: APP_ID, authorizationId, topic: TOPIC, replay: 'earliest' });
    await this.feeds.stores.feeds.ensure(feed);
    const subscription = aSalesforceSubscription({
      appId: APP_ID,
      name,
      topic: TOPIC,
      authorizationId,
      replay: 'earliest',
      feedId: id,
    });
    await this.feeds.stores.subscriptions.create(subscription);
    return this.#linked(subscription);
  }

  /** As the management API does it. */
  async create(replay: 'latest' | 'earliest'): Promise<SalesforceSubscription> {
    const { alias } = this.authorization;
    const settings = { topic: TOPIC, alias, replay };
    const created = await createSubscription(this.#ports, APP_ID, salesforceSource, {
      name: 'late',
      settings,
    });
    if (created.kind !== 'created' || created.subscription.platform !== 'salesforce') {
      throw new Error('expected a subscription');
    }
    return this.#linked(created.subscription);
  }

  async pause({ name }: Subscription, paused: boolean): Promise<void> {
    const changed = await changeSubscription(this.#ports, APP_ID, name, { paused, settings: {} });
    expect(changed.kind).toBe('updated');
  }

  async current({ name }: Subscription): Promise<SalesforceSubscription> {
    const found = await this.feeds.stores.subscriptions.get(APP_ID, name);
    if (found?.platform !== 'salesforce') throw new Error(`expected a subscription ${name}`);
    return found;
  }

  async feedOf(subscription: Subscription): Promise<Feed> {
    const { feedId: id } = await this.current(subscription);
    return (await this.feeds.stored({ id })).feed;
  }

  /** Starts a process, which runs until the end of the test. */
  async read(subscription: Subscription): Promise<void> {
    const worker = new FeedWorker({ ...this.feeds.ports(), source: this.topic });
    const deadlineMs = this.feeds.time.now() + 3_600_000;
    void worker.run([(await this.current(subscription)).feedId], { deadlineMs });
    await this.pass();
  }

  /** Returns the events' ids. */
  publish(count: number): string[] {
    const from = this.topic.events.length;
    this.topic.publish(count, false);
    return this.topic.events.slice(from).map(({ raw }) => raw.id);
  }

  /** Gives everybody time to notice everything: leases are renewed, feeds are looked for, and events come. */
  async pass(): Promise<void> {
    for (let round = 0; round < 8; round += 1) {
      await this.feeds.time.pass(5_000);
      this.topic.deliver(100);
    }
    await this.feeds.time.pass(5_000);
  }

  /** Ids of the events queued for the subscription. */
  queuedFor({ id }: Subscription): string[] {
    return this.feeds.queue.inner.messages
      .filter(({ groupId }) => groupId?.endsWith(`/publication-of-${id}`))
      .flatMap(({ body }) => {
        const message = parseDeliveryMessage(body);
        return message.kind === 'first' ? message.eventJsons.map((json) => parseEvent(json).id) : [];
      });
  }

  async #linked(subscription: SalesforceSubscription): Promise<SalesforceSubscription> {
    const { id } = subscription;
    await this.feeds.stores.streams.create(
      aStream({ appId: APP_ID, subscriptionId: id, publicationId: `publication-of-${id}` }),
    );
    return subscription;
  }
}

it('a subscription that is paused while another reads the same topic misses nothing, and the other notices nothing', async () => {
  const shop = await Shop.open();
  const paused = await shop.subscription('paused');
  const other = await shop.subscription('other');
  await shop.read(paused);
  const before = shop.publish(3);
  await shop.pass();

  await shop.pause(paused, true);
  await shop.pass();
  const meanwhile = shop.publish(2);
  await shop.pass();
  expect(shop.queuedFor(other)).toEqual([...before, ...meanwhile]);
  expect(shop.queuedFor(paused)).toEqual(before);

  await shop.pause(paused, false);
  expect((await shop.current(paused)).feedId).not.toBe(other.feedId);
  await shop.pass();
  const after = shop.publish(1);
  await shop.pass();
  expect(shop.queuedFor(paused)).toEqual([...before, ...meanwhile, ...after]);
  expect(shop.queuedFor(other)).toEqual([...before, ...meanwhile, ...after]);
});

it('the last one that reads a feed rests on it', async () => {
  const shop = await Shop.open();
  const only = await shop.subscription('only');
  await shop.pause(only, true);
  expect((await shop.current(only)).feedId).toBe(feedId(shop.authorization.id, TOPIC));
  expect(await shop.feedOf(only)).toMatchObject({ state: 'paused' });
});

it('a subscription that is made while another rests on the topic takes nothing from it, and gets nothing of before', async () => {
  const shop = await Shop.open();
  const resting = await shop.subscription('resting');
  await shop.read(resting);
  const before = shop.publish(1);
  await shop.pass();
  await shop.pause(resting, true);
  await shop.pass();
  const meanwhile = shop.publish(2);

  const late = await shop.create('latest');
  await shop.read(late);
  expect(await shop.feedOf(late)).toMatchObject({ state: 'active' });
  const after = shop.publish(1);
  await shop.pass();
  expect(shop.queuedFor(late)).toEqual(after);

  await shop.pause(resting, false);
  await shop.pass();
  expect(shop.queuedFor(resting)).toEqual([...before, ...meanwhile, ...after]);
});

it('a subscription that starts at the earliest event beside one that reads already gets the earlier events too', async () => {
  const shop = await Shop.open();
  const first = await shop.subscription('first');
  await shop.read(first);
  const events = shop.publish(2);
  await shop.pass();
  const late = await shop.create('earliest');
  await shop.pass();
  expect(shop.queuedFor(late)).toEqual(events);
  expect(shop.queuedFor(first)).toEqual(events);
});
