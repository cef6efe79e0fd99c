import { beforeEach, describe, expect, it } from 'vitest';
import { anEvent, aStream, aWebhook } from '../../../test/support/builders.ts';
import { RecordedLog, RecordedMetrics } from '../../../test/support/recorded-telemetry.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import {
  type Delivery,
  deliveryId,
  dueNow,
  ended,
  newDelivery,
  parked,
} from '../../domain/deliveries/delivery.ts';
import {
  DeliveryMessageError,
  firstDeliveryBody,
  firstDeliveryHeader,
  retryMessage,
} from '../../domain/deliveries/delivery-message.ts';
import { EventFormatError, eventJson } from '../../domain/events/event.ts';
import { RoutingTables } from '../route/route.ts';
import type { DeliveryJob } from './delivery-job.ts';
import { DeliveryRecords } from './delivery-records.ts';
import { LaneKeeper } from './lanes.ts';
import { PublicationCache } from './publication-cache.ts';
import { MessageReader } from './read-message.ts';

const publication = aWebhook();
const { subscriptionId = '' } = aStream();
const path = {
  appId: publication.appId,
  publicationId: publication.id,
  publicationName: publication.name,
  subscriptionId,
};
const header = firstDeliveryHeader(path);

let stores: Stores;
let clock: TestClock;
let log: RecordedLog;
let metrics: RecordedMetrics;
let reader: MessageReader;
let queue: MemoryDeliveryQueue;

beforeEach(async () => {
  stores = makeMemoryStores();
  clock = new TestClock();
  log = new RecordedLog();
  metrics = new RecordedMetrics();
  queue = new MemoryDeliveryQueue();
  const ports = { ...stores, queue, routing: new RoutingTables(stores.streams, clock), clock, log, metrics };
  reader = new MessageReader(
    ports,
    new DeliveryRecords(stores.deliveries),
    new PublicationCache(stores.publications, clock),
    new LaneKeeper(ports),
  );
});

const read = (body: string): Promise<readonly DeliveryJob[]> => reader.read({ id: 'm', body, sentAtMs: 5 });

describe('a first message', () => {
  it('asks for a delivery of each of its events', async () => {
    await stores.publications.create(publication);
    const jsons = ['a', 'b'].map((id) => eventJson(anEvent({ id })));
    expect(await read(firstDeliveryBody(header, ...jsons))).toEqual(
      jsons.map((json, index) => ({
        messageId: 'm',
        sentAtMs: 5,
        place: index,
        deliveryId: deliveryId(publication.id, subscriptionId, anEvent({ id: index === 0 ? 'a' : 'b' })),
        eventId: index === 0 ? 'a' : 'b',
        eventJson: json,
        publication,
        subscriptionId,
        record: undefined,
      })),
    );
  });

  it('identifies an event the same way, whoever wrote its JSON', async () => {
    await stores.publications.create(publication);
    const odd = anEvent({ id: 'with "quotes" \\ and ü', source: '/a,}b' });
    const written = [eventJson(odd), JSON.stringify({ type: 't', source: odd.source, id: odd.id })];
    const jobs = await read(firstDeliveryBody(header, ...written));
    expect(new Set(jobs.map((job) => job.deliveryId))).toEqual(
      new Set([deliveryId(publication.id, subscriptionId, odd)]),
    );
  });

  it('is read by an id with an escape sequence as by any other', async () => {
    await stores.publications.create(publication);
    const id = 'a "quoted" \\ id \u{1f600}\u0007';
    expect(await read(firstDeliveryBody(header, eventJson(anEvent({ id }))))).toMatchObject([
      { eventId: id },
    ]);
  });

  it('is dropped if its publication is gone', async () => {
    const jsons = ['a', 'b'].map((id) => eventJson(anEvent({ id })));
    expect(await read(firstDeliveryBody(header, ...jsons))).toEqual([]);
    expect(metrics.counts).toEqual({ Dropped: 2 });
    expect(log.of('DELIVERY_DROPPED')).toMatchObject([{ publicationId: publication.id, count: 2 }]);
  });

  it.each([
    ['hello', DeliveryMessageError],
    [firstDeliveryBody(header, 'no event'), EventFormatError],
    [
      firstDeliveryBody(header, '{"specversion":"1.0","id":"a\tb","source":"s","type":"t"}'),
      EventFormatError,
    ],
    [
      firstDeliveryBody(header, '{"specversion":"1.0","id":"a\\q","source":"s","type":"t"}'),
      EventFormatError,
    ],
  ])('that is none says so: %j', async (body, error) => {
    await stores.publications.create(publication);
    await expect(read(body)).rejects.toThrow(error);
  });
});

describe('a retry', () => {
  const ofStage = (stage: Delivery['stage']) =>
    newDelivery('a-delivery', path, anEvent(), stage, clock.now());

  /** Stores the record and reads its message. */
  async function readRetry(record: Delivery, message = retryMessage(record).body) {
    await stores.deliveries.create(record, eventJson(anEvent()));
    return read(message);
  }
  const stored = async () => (await stores.deliveries.list(path.appId, { limit: 1 })).deliveries[0];

  it('asks for the delivery that is stored', async () => {
    await stores.publications.create(publication);
    const record = dueNow(ofStage('send'), clock.now());
    expect(await readRetry(record)).toEqual([
      {
        messageId: 'm',
        sentAtMs: 5,
        deliveryId: record.id,
        eventId: anEvent().id,
        eventJson: eventJson(anEvent()),
        publication,
        subscriptionId,
        record,
      },
    ]);
  });

  it('asks for nothing once the delivery is gone, has ended or was planned anew', async () => {
    await stores.publications.create(publication);
    const record = dueNow(ofStage('send'), clock.now());
    const message = retryMessage(record).body;
    expect(await read(message)).toEqual([]);
    expect(await readRetry(dueNow(record, clock.now() + 1), message)).toEqual([]);
    await stores.deliveries.update({ ...ended(record, 'discarded', 0), nextAttemptAtMs: clock.now() });
    expect(await read(message)).toEqual([]);
  });

  it.each([
    ['asks for it while its publication is paused', aWebhook({ state: 'paused' }), 1],
    ['asks for it while its publication is active', publication, 1],
    ['leaves it to the drain of its publication', aWebhook({ releaseAtMs: 1 }), 0],
  ])('of a parked delivery %s', async (_what, current, jobCount) => {
    await stores.publications.create(current);
    expect(await readRetry(parked(ofStage('send'), clock.now()))).toHaveLength(jobCount);
    expect(await stored()).toMatchObject({ status: 'parked', version: 1 });
  });

  it('discards the delivery of a publication that is gone', async () => {
    expect(await readRetry(dueNow(ofStage('send'), clock.now()))).toEqual([]);
    expect(await stored()).toMatchObject({ status: 'discarded' });
    expect(metrics.counts).toEqual({ Dropped: 1 });
  });

  it.each([
    ['lets everything pass', null, eventJson(anEvent())],
    ['leaves the event as it is', 'root = this', eventJson(anEvent())],
    ['changes the event', 'root = {"n": 1}', expect.stringContaining('"data":{"n":1}')],
  ])(
    'of an event that a filter failed on has what it makes of it now: one that %s',
    async (_what, filter, json) => {
      await stores.publications.create(publication);
      await stores.streams.create(aStream({ filter }));
      expect(await readRetry(dueNow(ofStage('filter'), clock.now()))).toMatchObject([{ eventJson: json }]);
    },
  );

  it.each([
    ['drops it', 'root = deleted()', 'discarded', { EventsFiltered: 1 }],
    ['fails again', 'root = throw("no")', 'rejected', { Attempts: 1, Rejected: 1, GivenUp: 1 }],
  ])('of an event that a filter failed on ends if the filter %s', async (_what, filter, status, counts) => {
    await stores.publications.create(publication);
    await stores.streams.create(aStream({ filter }));
    expect(await readRetry(dueNow(ofStage('filter'), clock.now()))).toEqual([]);
    const attempts = status === 'rejected' ? [{ errorId: 'filter-failed' }] : [];
    expect(await stored()).toMatchObject({ status, attempts });
    expect(metrics.counts).toEqual(counts);
  });

  it('of an event that a filter failed on ends if the stream is gone', async () => {
    await stores.publications.create(publication);
    expect(await readRetry(dueNow(ofStage('filter'), clock.now()))).toEqual([]);
    expect(await stored()).toMatchObject({ status: 'discarded' });
    expect(metrics.counts).toEqual({ Dropped: 1 });
  });

  it('does not filter what is going to be parked', async () => {
    await stores.publications.create(aWebhook({ state: 'disabled' }));
    await stores.streams.create(aStream({ filter: 'root = deleted()' }));
    expect(await readRetry(dueNow(ofStage('filter'), clock.now()))).toHaveLength(1);
  });
});
