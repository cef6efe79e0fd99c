import { describe, expect, it } from 'vitest';
import { aStream } from '../../../test/support/builders.ts';
import { queueThat } from '../../../test/support/queue-that.ts';
import { aFeed } from '../../../test/support/records.ts';
import { aFeedEvent } from '../../../test/support/scripted-feed-source.ts';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { MemoryQuarantineStore } from '../../adapters/memory/quarantine-store.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { MESSAGE_BYTES_MAX } from '../../adapters/queue-messages.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import type { FeedEvent } from '../../domain/feeds/feed-source.ts';
import { silentLog } from '../../telemetry/logger.ts';
import { silentMetrics } from '../../telemetry/metrics.ts';
import { RoutingTables } from '../route/route.ts';
import { acceptFrame, type FeedRoute } from './accept-frame.ts';

const running = new AbortController().signal;
const feed = aFeed();

async function harness(
  queue: DeliveryQueue = new MemoryDeliveryQueue(),
  filters: (string | null)[] = [null],
) {
  const time = new VirtualTime();
  const stores = makeMemoryStores();
  const routes: FeedRoute[] = [];
  const routing = new RoutingTables(stores.streams, time);
  for (const [index, filter] of filters.entries()) {
    const stream = aStream({ subscriptionId: `s${index}`, publicationId: `p${index}`, filter });
    await stores.streams.create(stream);
    routes.push({
      table: await routing.forSubscription(stream.appId, stream.subscriptionId),
      format: 'json',
    });
  }
  const quarantine = new MemoryQuarantineStore();
  const ports = {
    queue,
    deliveries: stores.deliveries,
    quarantine,
    clock: time,
    timers: time,
    log: silentLog,
    metrics: silentMetrics,
  };
  return {
    stores,
    quarantine,
    time,
    accept: (events: readonly FeedEvent[], delaysMs: readonly number[] = [], stopping = running) =>
      time.passUntil(acceptFrame(ports, feed, events, routes, delaysMs, stopping)),
  };
}

/** Refuses as specified, by event and by how often it was sent. */
function refusing(refuses: (id: string, sending: number) => boolean) {
  const sendings = new Map<string, number>();
  const queued: string[] = [];
  const queue = queueThat(async (messages) =>
    messages.map(({ body }) => {
      const id = String(JSON.parse(body.slice(body.indexOf('\n') + 1)).id);
      const sending = (sendings.get(id) ?? 0) + 1;
      sendings.set(id, sending);
      if (refuses(id, sending)) return { queued: false, message: 'Throttled' };
      queued.push(id);
      return { queued: true };
    }),
  );
  return { ...queue, queued, sendings };
}

const EVENTS = ['a', 'b', 'c', 'd'].map((id) => aFeedEvent(id));

describe('a frame', () => {
  it('is accepted when all of it is queued', async () => {
    const queue = new MemoryDeliveryQueue();
    const { accept } = await harness(queue, [null, null]);
    expect(await accept(EVENTS)).toEqual({ count: 4, gaps: [], refusal: undefined });
    expect(queue.messages).toHaveLength(8);
  });

  it('is accepted as far as the first event that the queue refuses to the end', async () => {
    const queue = refusing((id) => id === 'c');
    const { accept, time } = await harness(queue);
    expect(await accept(EVENTS, [200, 1_000])).toMatchObject({ count: 2, refusal: 'Throttled' });
    expect(queue.queued).toEqual(['a', 'b', 'd']);
    // The round that queued something reset the count.
    expect(time.elapsedMs()).toBe(1_200);
  });

  it('is not accepted from an event on of which one of two deliveries is refused', async () => {
    let calls = 0;
    const queue = queueThat(async (messages) =>
      messages.map(({ groupId }) => {
        calls += 1;
        return groupId?.endsWith('/p1') ? { queued: false, message: 'no' } : { queued: true };
      }),
    );
    const { accept } = await harness(queue, [null, null]);
    expect(await accept(EVENTS, [])).toMatchObject({ count: 0 });
    expect(calls).toBe(8);
  });

  it('sends again only what was refused', async () => {
    const queue = refusing((id, sending) => id === 'b' && sending < 3);
    const { accept } = await harness(queue);
    expect(await accept(EVENTS, [200, 1_000])).toMatchObject({ count: 4, refusal: undefined });
    expect(queue.queued).toEqual(['a', 'c', 'd', 'b']);
  });

  it('is not waited for when the session is to stop', async () => {
    const stopping = new AbortController();
    stopping.abort();
    const queue = refusing((id) => id === 'a');
    const { accept, time } = await harness(queue);
    expect(await accept(EVENTS, [60_000], stopping.signal)).toMatchObject({ count: 0 });
    expect(time.elapsedMs()).toBe(0);
  });

  it('is sent once more, and no oftener, when the session is to stop while it waits', async () => {
    const stopping = new AbortController();
    const queue = refusing(() => true);
    const { accept, time } = await harness(queue);
    time.after(1_000, () => stopping.abort());
    expect(await accept(EVENTS.slice(0, 1), [60_000, 60_000], stopping.signal)).toMatchObject({ count: 0 });
    expect(time.elapsedMs()).toBe(1_000);
    expect(queue.sendings.get('a')).toBe(2);
  });

  it('counts events as accepted that every filter drops', async () => {
    const queue = new MemoryDeliveryQueue();
    const { accept } = await harness(queue, ['root = deleted()']);
    expect(await accept(EVENTS)).toMatchObject({ count: 4 });
    expect(queue.messages).toEqual([]);
  });

  it.each([
    ['throws', 'root = throw("no")'],
    ['gives more than a result may have', 'root = range(0, 600000)'],
    ['takes more steps than a run has', 'root = range(0, 900000).map_each(n -> range(0, 1000))'],
  ])('stores what a filter fails on before it is accepted: it %s', async (_what, filter) => {
    const { accept, stores } = await harness(undefined, [filter]);
    expect(await accept(EVENTS.slice(0, 1))).toMatchObject({ count: 1 });
    const page = await stores.deliveries.list(aStream().appId, { limit: 10 });
    expect(page.deliveries).toMatchObject([{ stage: 'filter', eventId: 'a' }]);
  });

  it('does not say of an event that is not accepted that it is in quarantine: it comes again', async () => {
    const queue = refusing((id) => id === 'a');
    const { accept } = await harness(queue);
    const broken: FeedEvent = { ...aFeedEvent('broken'), decoded: { kind: 'undecodable', message: 'cut' } };
    expect(await accept([aFeedEvent('a'), broken], [])).toMatchObject({ count: 0, gaps: [] });
  });

  it('puts into quarantine what no message can hold, and what cannot be decoded, and nothing else of it', async () => {
    const queue = new MemoryDeliveryQueue();
    const { accept, quarantine } = await harness(queue, [null, null]);
    // At two bytes a character it is too large, though it would fit if characters were counted. The queue takes
    // emoji only escaped, as twelve bytes each.
    const large = aFeedEvent('large', { data: 'ä'.repeat(MESSAGE_BYTES_MAX / 2) });
    const escaped = aFeedEvent('escaped', { data: '😀'.repeat(MESSAGE_BYTES_MAX / 8) });
    const broken: FeedEvent = { ...aFeedEvent('broken'), decoded: { kind: 'undecodable', message: 'cut' } };
    const accepted = await accept([aFeedEvent('a'), large, escaped, broken, aFeedEvent('b')]);
    expect(accepted.count).toBe(5);
    expect(accepted.gaps.map(({ cursor }) => cursor)).toEqual([
      'cursor-large',
      'cursor-escaped',
      'cursor-broken',
    ]);
    expect((await quarantine.list(feed.id, 10)).map(({ eventId }) => eventId).toSorted()).toEqual([
      'broken',
      'escaped',
      'large',
    ]);
    expect(queue.messages).toHaveLength(4);
  });
});
