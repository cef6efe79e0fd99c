import { describe, expect, it } from 'vitest';
import { aStream } from '../../../test/support/builders.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { parseDeliveryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { Event } from '../../domain/events/event.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import { type Routed, RoutingTables, routeEvent } from './route.ts';

const anEvent = (data: unknown): Event => ({ specversion: '1.0', id: 'a', source: '/s', type: 't', data });

async function routing(streams: readonly Stream[]) {
  const stores = makeMemoryStores();
  for (const stream of streams) await stores.streams.create(stream);
  const tables = new RoutingTables(stores.streams, new TestClock());
  return async ({ appId, subscriptionId }: Stream, event: Event): Promise<Routed> =>
    routeEvent(await tables.forSubscription(appId, subscriptionId), event);
}

function dataOf({ messages }: Routed): unknown[] {
  return messages.map(({ body }) => {
    const message = parseDeliveryMessage(body);
    return message.kind === 'first' ? JSON.parse(message.eventJsons[0] ?? '{}').data : undefined;
  });
}

describe('a stream whose filter meets a limit', () => {
  const healthy = aStream({ publicationId: 'healthy', filter: 'root.seen = this.n' });

  // Each filter stays within its limits until its result is written.
  it.each([
    ['numbers and their commas', 'root = range(0, 400000)', 'outputBytes'],
    ['control characters of the event', 'root.copy = this.text', 'outputBytes'],
    ['one part many times over', `root = "x"\n${'root = [root, root]\n'.repeat(40)}`, 'allocatedBytes'],
    ['a value nested too deep', 'root = range(0, 2000).fold([], item -> [item.tally])', 'valueDepth'],
  ])('fails alone, and the next events go on: %s', async (_, filter, limit) => {
    const hostile = aStream({ publicationId: 'hostile', filter });
    const route = await routing([hostile, healthy]);
    for (const n of [1, 2]) {
      const routed = await route(healthy, anEvent({ n, text: '\u0001'.repeat(400_000) }));
      expect(dataOf(routed)).toEqual([{ seen: n }]);
      expect(routed.failures).toMatchObject([{ stream: { publicationId: 'hostile' } }]);
      expect(routed.failures[0]?.message).toContain(`limit ${limit}`);
    }
  });
});

describe('counter()', () => {
  const counting = (appId: string, publicationId: string) =>
    aStream({ appId, subscriptionId: `subscription-${appId}`, publicationId, filter: 'root.n = counter()' });

  it('counts for each stream, also where the filters of two apps read alike', async () => {
    const [one, two, other] = [counting('a', 'one'), counting('a', 'two'), counting('b', 'one')];
    const route = await routing([one, two, other]);
    const counts = async (stream: Stream) => dataOf(await route(stream, anEvent({})));
    expect(await counts(one)).toEqual([{ n: 1 }, { n: 1 }]);
    expect(await counts(one)).toEqual([{ n: 2 }, { n: 2 }]);
    expect(await counts(other)).toEqual([{ n: 1 }]);
    expect(await counts(two)).toEqual([{ n: 3 }, { n: 3 }]);
  });
});
