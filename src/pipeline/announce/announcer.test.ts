import { beforeEach, describe, expect, it } from 'vitest';
import { overridden } from '../../../test/support/api-under-test.ts';
import { anEvent } from '../../../test/support/builders.ts';
import { queueThat } from '../../../test/support/queue-that.ts';
import { RecordedLog } from '../../../test/support/recorded-telemetry.ts';
import { aStream, SOME_TIME_MS } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import {
  ANNOUNCEMENT_TYPES,
  type Announcement,
  isOperational,
  operationalEvent,
} from '../../domain/announcements/announcement.ts';
import { parseDeliveryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import type { SubscriptionOf } from '../../domain/subscriptions/subscription.ts';
import { silentMetrics } from '../../telemetry/metrics.ts';
import { RoutingTables } from '../route/route.ts';
import { Announcer } from './announcer.ts';

const APP = 'app-1';
const disabled: Announcement = {
  appId: APP,
  type: 'com.sluice.publication.disabled',
  key: ['pub-1', 'gone', 4],
  subject: 'orders',
  atMs: SOME_TIME_MS,
  data: { publication: { id: 'pub-1', name: 'orders' }, reason: 'gone', message: '410' },
};
const gap: Announcement = {
  appId: APP,
  type: 'com.sluice.feed.gap',
  key: ['feed-1', 'AAE='],
  subject: '/data/OpportunityChangeEvent',
  atMs: SOME_TIME_MS,
  data: { feed_id: 'feed-1', topic: '/data/OpportunityChangeEvent', message: 'Events may have been missed' },
};

let stores: Stores;
let queue: MemoryDeliveryQueue;
let clock: TestClock;
let log: RecordedLog;
let lists: number;

beforeEach(() => {
  stores = makeMemoryStores();
  queue = new MemoryDeliveryQueue();
  clock = new TestClock();
  log = new RecordedLog();
  lists = 0;
});

function announcer(given: { queue?: DeliveryQueue } = {}): Announcer {
  const subscriptions = overridden(stores.subscriptions, {
    list: (appId) => {
      lists += 1;
      return stores.subscriptions.list(appId);
    },
  });
  return new Announcer({
    ...stores,
    subscriptions,
    queue,
    routing: new RoutingTables(stores.streams, clock),
    clock,
    log,
    metrics: silentMetrics,
    ...given,
  });
}

async function subscribed(
  id: string,
  filter: string | null = null,
  given: Partial<SubscriptionOf<'sluice'>> = {},
): Promise<void> {
  const base = { id, appId: APP, name: id, paused: false, createdAtMs: 0, version: 1 };
  await stores.subscriptions.create({ ...base, platform: 'sluice', ...given });
  await stores.streams.create(
    aStream({ appId: APP, subscriptionId: id, publicationId: `to-${id}`, publicationName: 'pager', filter }),
  );
}

const queued = () =>
  queue.messages.map(({ body }) => {
    const message = parseDeliveryMessage(body);
    if (message.kind !== 'first') throw new Error('expected a first delivery');
    return [message.subscriptionId, JSON.parse(message.eventJsons[0] ?? '')];
  });

describe('an announcement', () => {
  it('goes, by streams and their filters, to the subscriptions that want it', async () => {
    await subscribed('all');
    await subscribed('gaps', null, { types: ['com.sluice.feed.gap'] });
    await subscribed('paused', null, { paused: true });
    await subscribed('filtered', 'root = if this.reason == "gone" { deleted() }');
    await subscribed('mapped', 'root.text = this.publication.name');
    const to = announcer();
    await to.announce(disabled);
    expect(queued()).toEqual([
      [
        'all',
        {
          specversion: '1.0',
          id: operationalEvent(disabled).id,
          source: '/sluice/app-1',
          type: 'com.sluice.publication.disabled',
          subject: 'orders',
          time: new Date(SOME_TIME_MS).toISOString(),
          datacontenttype: 'application/json',
          data: disabled.data,
        },
      ],
      ['mapped', expect.objectContaining({ type: disabled.type, data: { text: 'orders' } })],
    ]);
    queue.messages.length = 0;
    await to.announce(gap);
    expect(queued().map(([id]) => id)).toEqual(['all', 'filtered', 'gaps', 'mapped']);
  });

  it('is the same event when it is made again, and another for another app, type or key', () => {
    const idOf = (given: Partial<Announcement>) =>
      operationalEvent({ ...disabled, ...given } as Announcement).id;
    expect(idOf({ atMs: 5 })).toBe(idOf({}));
    expect(
      new Set([
        idOf({}),
        idOf({ appId: 'app-2' }),
        idOf({ key: ['pub-1', 'gone', 5] }),
        operationalEvent(gap).id,
      ]),
    ).toHaveProperty('size', 4);
  });

  it('costs an app without such a subscription one read in half a minute, and nothing else', async () => {
    const to = announcer();
    for (let n = 0; n < 50; n += 1) await to.announce(disabled);
    expect(lists).toBe(1);
    expect(queue.messages).toEqual([]);
    await subscribed('new');
    clock.advance(30_001);
    await to.announce(disabled);
    expect(queue.messages).toHaveLength(1);
  });

  it('that a filter fails on is stored as a rejected delivery, as of any source', async () => {
    await subscribed('broken', 'root = this.publication.name.number()');
    await announcer().announce(disabled);
    const { deliveries } = await stores.deliveries.list(APP, { limit: 10 });
    expect(deliveries).toMatchObject([{ status: 'rejected', stage: 'filter', eventType: disabled.type }]);
  });

  it('never throws: what cannot be queued is logged', async () => {
    await subscribed('all');
    await announcer({ queue: queueThat(async () => [{ queued: false, message: 'full' }]) }).announce(
      disabled,
    );
    await announcer({ queue: queueThat(() => Promise.reject(new Error('a bug'))) }).announce(disabled);
    expect(log.of('ANNOUNCEMENT_NOT_QUEUED')).toMatchObject([
      { appId: APP, type: disabled.type, error: 'full' },
      { appId: APP, type: disabled.type, error: 'Error: a bug' },
    ]);
  });

  it.each(ANNOUNCEMENT_TYPES)('of type %s is known as operational', (type) => {
    expect(isOperational(type)).toBe(true);
    expect(isOperational(anEvent().type)).toBe(false);
  });
});
