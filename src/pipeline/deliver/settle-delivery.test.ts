import { beforeEach, describe, expect, it } from 'vitest';
import { anEvent, aWebhook } from '../../../test/support/builders.ts';
import { queueThat } from '../../../test/support/queue-that.ts';
import { RecordedLog, RecordedMetrics } from '../../../test/support/recorded-telemetry.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryHistory } from '../../adapters/memory/delivery-history.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { ConcurrencyLimit } from '../../base/concurrency-limit.ts';
import { NO_ANNOUNCEMENTS } from '../../domain/announcements/announcement.ts';
import { type Delivery, deliveryId, dueNow, ended, newDelivery } from '../../domain/deliveries/delivery.ts';
import { parseDeliveryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import type { DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import type { AttemptOutcome } from '../../domain/deliveries/destination.ts';
import { EventFormatError, eventJson } from '../../domain/events/event.ts';
import type { DeliveryJob } from './delivery-job.ts';
import { DeliveryRecords } from './delivery-records.ts';
import { PublicationCache } from './publication-cache.ts';
import { PublicationHealth } from './publication-health.ts';
import { DeliverySettler } from './settle-delivery.ts';

const publication = aWebhook();
const { appId, id: publicationId, name: publicationName } = publication;
const TAKEN: AttemptOutcome = { kind: 'delivered', status: 200, durationMs: 20 };
const FAILURE = { errorId: 'http-503', message: 'it is down', status: 503, durationMs: 20 };
const FAILED: AttemptOutcome = { kind: 'retry', ...FAILURE };
const UNWANTED: AttemptOutcome = { kind: 'disabled', ...FAILURE, message: 'no more' };

let stores: Stores;
let queue: MemoryDeliveryQueue;
let clock: TestClock;
let log: RecordedLog;
let metrics: RecordedMetrics;
let publications: PublicationCache;

beforeEach(async () => {
  stores = makeMemoryStores();
  queue = new MemoryDeliveryQueue();
  clock = new TestClock();
  log = new RecordedLog();
  metrics = new RecordedMetrics();
  publications = new PublicationCache(stores.publications, clock);
  await stores.publications.create(publication);
});

function settler(
  given: { deliveries?: DeliveryStore; queue?: DeliveryQueue; history?: MemoryDeliveryHistory } = {},
): DeliverySettler {
  const deliveries = given.deliveries ?? stores.deliveries;
  const ports = {
    ...stores,
    announcements: NO_ANNOUNCEMENTS,
    queue,
    clock,
    random: () => 0,
    log,
    metrics,
    ...given,
  };
  const health = new PublicationHealth(ports, publications);
  return new DeliverySettler(
    ports,
    new DeliveryRecords(deliveries),
    publications,
    health,
    () => new ConcurrencyLimit(1),
  );
}

const settle = (job: DeliveryJob, outcome: AttemptOutcome, by = settler()) =>
  by.settle(job, outcome, clock.now());

function firstJob(changes: Partial<DeliveryJob> = {}): DeliveryJob {
  return {
    messageId: 'm',
    sentAtMs: clock.now(),
    deliveryId: deliveryId(publicationId, undefined, anEvent()),
    eventId: anEvent().id,
    eventJson: eventJson(anEvent()),
    publication,
    subscriptionId: undefined,
    record: undefined,
    ...changes,
  };
}

/** The job of a retry: its record is stored and waiting. */
async function retryJob(): Promise<DeliveryJob> {
  const job = firstJob();
  const record = dueNow(
    newDelivery(job.deliveryId, { appId, publicationId, publicationName }, anEvent(), 'send', clock.now()),
    clock.now(),
  );
  await stores.deliveries.create(record, job.eventJson);
  return { ...job, record };
}

const stored = async (): Promise<Delivery | undefined> =>
  (await stores.deliveries.get(appId, firstJob().deliveryId))?.delivery;
const publicationNow = () => stores.publications.get(appId, publicationName);

/** A store that must not be used: every access fails. */
const untouchable: DeliveryStore = new Proxy(makeMemoryStores().deliveries, {
  get: (_target, method) => () => Promise.reject(new Error(`expected no call of ${String(method)}`)),
});

describe('a first attempt', () => {
  it('that succeeds stores nothing and parses nothing', async () => {
    const job = firstJob({ eventJson: 'never looked at' });
    clock.advance(40);
    await settle(job, TAKEN, settler({ deliveries: untouchable }));
    expect(metrics.counts).toEqual({ Attempts: 1, Delivered: 1 });
    expect(metrics.values).toEqual({ DeliveryTime: [40] });
    expect(log.of('DELIVERY_ATTEMPTED')).toEqual([
      {
        appId,
        publication: 'orders',
        eventId: job.eventId,
        deliveryId: job.deliveryId,
        subscriptionId: undefined,
        queuedAtMs: clock.now() - 40,
        durationMs: 20,
        status: 200,
        errorId: undefined,
        outcome: 'delivered',
        attempt: 1,
      },
    ]);
  });

  it('is kept where history is, with what the log must not hold', async () => {
    const history = new MemoryDeliveryHistory();
    const job = firstJob({ subscriptionId: 'sub-1' });
    await settle(job, { ...TAKEN, answer: 'thanks' }, settler({ history }));
    await settle(job, { ...FAILED, answer: 'no room' }, settler({ history }));
    const found = await history.find(appId, { fromMs: 0, untilMs: clock.now() + 1, limit: 10 });
    const { type: eventType, subject: eventSubject, id: eventId } = anEvent();
    expect(found.entries).toMatchObject([
      { eventId, eventType, eventSubject, outcome: 'retry', attempt: 1, answer: 'no room' },
      { eventId, outcome: 'delivered', status: 200, answer: 'thanks', subscriptionId: 'sub-1' },
    ]);
    expect(JSON.stringify(log.of('DELIVERY_ATTEMPTED'))).not.toMatch(/thanks|no room/);
  });

  it('that fails is stored before its retry is queued', async () => {
    const seen: (string | undefined)[] = [];
    const watching = queueThat(async (messages) => {
      seen.push((await stored())?.status);
      return queue.send(messages);
    });
    await settle(firstJob(), FAILED, settler({ queue: watching }));
    expect(seen).toEqual(['waiting']);
    expect(queue.messages).toMatchObject([{ delaySeconds: 3, groupId: `app-1/${publicationId}` }]);
    expect(parseDeliveryMessage(queue.messages[0]?.body ?? '')).toMatchObject({
      kind: 'retry',
      deliveryId: firstJob().deliveryId,
      dueAtMs: (await stored())?.nextAttemptAtMs,
    });
    expect(metrics.counts).toEqual({ Attempts: 1, Retried: 1 });
    expect(metrics.failed).toEqual({ 'send http-5xx': 1 });
  });

  it('that fails is stored even if the queue refuses its retry', async () => {
    const refusing = queueThat(async () => [{ queued: false, message: 'away' }]);
    await settle(firstJob(), FAILED, settler({ queue: refusing }));
    expect(await stored()).toMatchObject({ status: 'waiting', attemptCount: 1 });
  });

  it('leaves a wait that is too long for the queue to the schedule', async () => {
    await settle(firstJob(), { ...FAILED, retryAfterMs: 901_000 });
    expect(queue.messages).toEqual([]);
    expect((await stored())?.sweepAtMs).toBe(clock.now() + 901_000);
  });

  it('of an event that cannot be read is no attempt', async () => {
    await expect(settle(firstJob({ eventJson: 'none' }), FAILED)).rejects.toThrow(EventFormatError);
    expect([metrics.counts, log.entries]).toEqual([{}, []]);
  });

  it('that cannot be stored is no attempt either: its message comes again', async () => {
    const lost = settle(firstJob(), FAILED, settler({ deliveries: untouchable }));
    await expect(lost).rejects.toThrow('expected no call of create');
    expect([metrics.counts, log.entries]).toEqual([{}, []]);
  });
});

describe('a retry', () => {
  it('that succeeds ends the delivery, and is measured by itself', async () => {
    const job = await retryJob();
    clock.advance(5_000);
    await settle(job, TAKEN);
    expect(await stored()).toMatchObject({ status: 'delivered', attemptCount: 1 });
    expect(metrics.values).toEqual({ DeliveryTimeAfterRetry: [5_000] });
  });

  it('that succeeds overrules what somebody else made of the delivery meanwhile', async () => {
    const job = await retryJob();
    if (job.record === undefined) throw new Error('expected a record');
    await stores.deliveries.update(ended(job.record, 'discarded', clock.now()));
    await settle(job, TAKEN);
    expect(await stored()).toMatchObject({ status: 'delivered', attemptCount: 1, version: 3 });
  });

  it('that fails does not: nothing is queued for a delivery that somebody else has changed', async () => {
    const job = await retryJob();
    if (job.record === undefined) throw new Error('expected a record');
    await stores.deliveries.update(ended(job.record, 'discarded', clock.now()));
    await settle(job, FAILED);
    expect(await stored()).toMatchObject({ status: 'discarded', attemptCount: 0 });
    expect(queue.messages).toEqual([]);
  });

  it.each([
    ['rejected', { kind: 'rejected', ...FAILURE } satisfies AttemptOutcome, { Rejected: 1, GivenUp: 1 }],
    ['exhausted', FAILED, { Exhausted: 1, GivenUp: 1 }],
  ] as const)('may leave the delivery %s', async (status, outcome, counts) => {
    const job = { ...(await retryJob()), publication: aWebhook({ retryDelaysMs: [] }) };
    await settle(job, outcome);
    expect(await stored()).toMatchObject({ status });
    expect(metrics.counts).toEqual({ Attempts: 1, ...counts });
    expect(queue.messages).toEqual([]);
  });
});

describe('a target that wants no more', () => {
  it('has its publication disabled once, with the reason, and its deliveries parked', async () => {
    await settle(firstJob(), UNWANTED);
    await settle(firstJob(), UNWANTED);
    expect(await publicationNow()).toMatchObject({ state: 'disabled', stateReason: 'no more', version: 2 });
    expect(log.of('PUBLICATION_DISABLED')).toEqual([{ appId, publication: 'orders', reason: 'gone' }]);
    expect(await stored()).toMatchObject({ status: 'parked', attemptCount: 1 });
  });

  it('is known as disabled at once', async () => {
    await publications.get(appId, publicationName, publicationId);
    await settle(firstJob(), UNWANTED);
    expect(await publications.get(appId, publicationName, publicationId)).toMatchObject({
      state: 'disabled',
    });
  });
});

describe('a delivery that is parked', () => {
  it('stays so while its publication is paused', async () => {
    await stores.publications.update(aWebhook({ state: 'paused' }));
    const by = settler();
    const record = await by.park(firstJob());
    expect(record).toMatchObject({ status: 'parked', attemptCount: 0 });
    await by.releaseIfResumed(record === undefined ? [] : [record]);
    expect(await stored()).toMatchObject({ status: 'parked' });
    expect(queue.messages).toEqual([]);
    expect(metrics.counts).toEqual({ Parked: 1 });
  });

  it('is queued at once if its publication was resumed just before', async () => {
    const by = settler();
    const record = await by.park(firstJob());
    await by.releaseIfResumed(record === undefined ? [] : [record]);
    expect(await stored()).toMatchObject({ status: 'waiting', nextAttemptAtMs: clock.now() });
    expect(queue.messages).toHaveLength(1);
  });

  it('stays so if the publication that has the name now is another one', async () => {
    await stores.publications.remove(appId, publicationId);
    await stores.publications.create(aWebhook({ id: 'another' }));
    const by = settler();
    const record = await by.park(firstJob());
    await by.releaseIfResumed(record === undefined ? [] : [record]);
    expect(await stored()).toMatchObject({ status: 'parked' });
  });

  it('is counted once, however often its event comes', async () => {
    const by = settler();
    await by.park(firstJob());
    expect(await by.park(firstJob())).toBeUndefined();
    expect(metrics.counts).toEqual({ Parked: 1 });
  });
});
