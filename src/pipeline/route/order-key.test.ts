import { describe, expect, it } from 'vitest';
import { anEvent, aStream } from '../../../test/support/builders.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { systemClock } from '../../base/clock.ts';
import { deliveryId } from '../../domain/deliveries/delivery.ts';
import { parseDeliveryMessage } from '../../domain/deliveries/delivery-message.ts';
import { laneId } from '../../domain/deliveries/lane.ts';
import type { StreamOrder } from '../../domain/streams/stream.ts';
import { compileOrderKey, defaultOrderKey, ORDER_KEY_LENGTH_MAX } from './order-key.ts';
import { RoutingTables, routeEvent, storeRouteFailures } from './route.ts';

describe('the key of an event', () => {
  it.each([
    ['its partition key', { partitionkey: '006A', subject: '/data/OpportunityChangeEvent' }, '006A'],
    ['else its subject', { subject: 'orders' }, 'orders'],
    [
      'else its subject, if the partition key says nothing',
      { partitionkey: '', subject: 'orders' },
      'orders',
    ],
  ])('is %s', (_what, attributes, key) => {
    expect(defaultOrderKey(anEvent({ ...{ subject: undefined }, ...attributes }))).toEqual({
      kind: 'found',
      key,
    });
  });

  it('is not found without any of them', () => {
    expect(defaultOrderKey(anEvent({ subject: undefined }))).toEqual({
      kind: 'failed',
      message: expect.stringContaining('expected the event to have a partitionkey or a subject'),
    });
  });

  const keyBy = (
    mapping: string,
    event = anEvent({ data: { n: 9_007_199_254_740_993n, list: [1], none: null } }),
  ) => {
    const compiled = compileOrderKey(mapping);
    if (!compiled.ok) throw new Error(compiled.message);
    return compiled.orderKey(event);
  };

  it.each([
    ['root = "a" + "é"', 'aé'],
    ['root = this.n', '9007199254740993'],
    ['root = true', 'true'],
    ['root = @subject', '/data/OpportunityChangeEvent'],
    [`root = "x".repeat(${ORDER_KEY_LENGTH_MAX})`, 'x'.repeat(ORDER_KEY_LENGTH_MAX)],
  ])('is what %s gives', (mapping, key) => {
    expect(keyBy(mapping)).toEqual({ kind: 'found', key });
  });

  it.each([
    ['root = this.none', /found null/],
    ['root = this.list', /found an array/],
    ['root = {"a": 1}', /found an object/],
    ['root = ""', /not empty/],
    ['root = deleted()', /found deleted\(\)/],
    ['let a = 1', /found the whole event/],
    ['root = this', /found the whole event/],
    ['root = throw("no key")', /no key/],
    [`root = "x".repeat(${ORDER_KEY_LENGTH_MAX + 1})`, /at most 1024 characters, found 1025/],
  ])('is none that %s gives', (mapping, message) => {
    expect(keyBy(mapping)).toEqual({ kind: 'failed', message: expect.stringMatching(message) });
  });

  it('does not compile with what it was expected to be', () => {
    expect(compileOrderKey('root = this.')).toEqual({
      ok: false,
      message: expect.stringContaining('line 1'),
    });
  });
});

describe('an event on an ordered stream', () => {
  async function routed(
    order: StreamOrder,
    event = anEvent({ partitionkey: '006A' }),
    filter: string | null = null,
  ) {
    const stores = makeMemoryStores();
    const stream = aStream({ order, filter });
    await stores.streams.create(stream);
    const tables = new RoutingTables(stores.streams, systemClock);
    const table = await tables.forSubscription(stream.appId, stream.subscriptionId);
    return { stores, stream, event, ...routeEvent(table, event) };
  }

  it('names its lane to the queue and to its consumer, and can be taken for itself only', async () => {
    const { stream, event, messages } = await routed({ key: null });
    const { subscriptionId, publicationId } = stream;
    const lane = laneId(subscriptionId, publicationId, '006A');
    expect(messages).toMatchObject([
      {
        groupId: `app-1/${publicationId}`,
        order: { laneId: lane, deduplicationId: deliveryId(publicationId, subscriptionId, event) },
      },
    ]);
    expect(parseDeliveryMessage(messages[0]?.body ?? '')).toMatchObject({ kind: 'first', laneId: lane });
  });

  it('has the key that it came with, whatever the filter makes of it', async () => {
    const event = anEvent({ data: { id: 'a' } });
    const { messages, stream } = await routed({ key: 'root = this.id' }, event, 'root.other = 1');
    const lane = laneId(stream.subscriptionId, stream.publicationId, 'a');
    expect(messages.map(({ order }) => order?.laneId)).toEqual([lane]);
  });

  it('is stored as rejected in the stage `order` where it has no key', async () => {
    const { failures, messages, stores, event } = await routed({ key: 'root = throw("of no account")' });
    expect(messages).toEqual([]);
    await storeRouteFailures(stores.deliveries, failures, 5);
    const { deliveries } = await stores.deliveries.list('app-1', { limit: 10 });
    expect(deliveries).toMatchObject([
      {
        status: 'rejected',
        stage: 'order',
        eventId: event.id,
        attempts: [{ errorId: 'order-key-failed', message: expect.stringContaining('of no account') }],
      },
    ]);
  });
});
