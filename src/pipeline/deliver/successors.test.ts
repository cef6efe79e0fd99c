import { beforeEach, describe, expect, it } from 'vitest';
import { anEvent, aWebhook } from '../../../test/support/builders.ts';
import { sameDestination } from '../../../test/support/destinations.ts';
import { RecordedLog } from '../../../test/support/recorded-telemetry.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { NO_ANNOUNCEMENTS } from '../../domain/announcements/announcement.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../domain/deliveries/delivery-message.ts';
import { eventJson } from '../../domain/events/event.ts';
import { silentMetrics } from '../../telemetry/metrics.ts';
import { RoutingTables } from '../route/route.ts';
import { Deliverer } from './deliver.ts';
import { ACCEPTED_FOR_FORMER_MS } from './successors.ts';

const former = aWebhook();
const { appId, name: publicationName } = former;

let stores: Stores;
let clock: TestClock;
let log: RecordedLog;
let deliverer: Deliverer;
let sentTo: string[];
let reads: number;

beforeEach(async () => {
  stores = makeMemoryStores();
  clock = new TestClock();
  log = new RecordedLog();
  sentTo = [];
  reads = 0;
  const get = stores.publications.get.bind(stores.publications);
  stores.publications.get = (...given) => {
    reads += 1;
    return get(...given);
  };
  deliverer = new Deliverer({
    ...stores,
    announcements: NO_ANNOUNCEMENTS,
    queue: new MemoryDeliveryQueue(),
    routing: new RoutingTables(stores.streams, clock),
    destinations: sameDestination({
      batchMax: 1,
      send: async (publication, events) =>
        events.map(() => {
          sentTo.push(publication.id);
          return { kind: 'delivered', durationMs: 1 };
        }),
    }),
    clock,
    random: () => 0,
    log,
    metrics: silentMetrics,
  });
});

let number = 0;
/** A message from a publish URL that still knows the former publication. */
function publish(acceptedAtMs = clock.now(), subscriptionId?: string) {
  number += 1;
  const header = firstDeliveryHeader({ appId, publicationId: former.id, publicationName, subscriptionId });
  return {
    id: `m-${number}`,
    sentAtMs: acceptedAtMs,
    body: firstDeliveryBody(header, eventJson(anEvent({ id: `e-${number}` }))),
  };
}

const makeAnew = () => stores.publications.create(aWebhook({ id: 'made-anew', createdAtMs: clock.now() }));

describe('an event that was published to a publication which was deleted and made anew', () => {
  it('goes to the new one of that name', async () => {
    await makeAnew();
    clock.advance(3_000);
    await deliverer.deliver([publish(), publish()]);
    expect(sentTo).toEqual(['made-anew', 'made-anew']);
  });

  it('goes there also when it was accepted between the two, or just before', async () => {
    const message = publish();
    clock.advance(ACCEPTED_FOR_FORMER_MS);
    await makeAnew();
    await deliverer.deliver([message]);
    expect(sentTo).toEqual(['made-anew']);
  });

  it('is dropped when it was meant for the former one', async () => {
    const message = publish();
    clock.advance(ACCEPTED_FOR_FORMER_MS + 1);
    await makeAnew();
    await deliverer.deliver([message]);
    expect(sentTo).toEqual([]);
    expect(log.of('DELIVERY_DROPPED')).toHaveLength(1);
  });

  it('is dropped when it came by a stream of the former one', async () => {
    await makeAnew();
    await deliverer.deliver([publish(clock.now(), 'sub-1')]);
    expect(sentTo).toEqual([]);
  });

  it('is not dropped because there was no publication a moment before', async () => {
    await deliverer.deliver([publish()]);
    clock.advance(1);
    await makeAnew();
    await deliverer.deliver([publish()]);
    expect(sentTo).toEqual(['made-anew']);
  });
});

it('a backlog of a publication that is gone costs no read for each message', async () => {
  const backlog = Array.from({ length: 50 }, () => publish(clock.now() - 1_000));
  await deliverer.deliver(backlog);
  await deliverer.deliver(backlog);
  expect(reads).toBeLessThanOrEqual(2 + 50);
  reads = 0;
  await deliverer.deliver(backlog);
  expect(reads).toBe(0);
});
