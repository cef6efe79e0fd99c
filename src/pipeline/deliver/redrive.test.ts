import { beforeEach, describe, expect, it } from 'vitest';
import { queueThat } from '../../../test/support/queue-that.ts';
import { aDelivery, aRedrive, aWebhook } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import type { Delivery } from '../../domain/deliveries/delivery.ts';
import { parseDeliveryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { Redrive } from '../../domain/deliveries/redrive.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import { continueRedrives, type RedrivePorts, runRedrive } from './redrive.ts';

const appId = 'app-1';
let stores: Stores;
let clock: TestClock;
let queue: MemoryDeliveryQueue;
let publication: Publication;

beforeEach(async () => {
  stores = makeMemoryStores();
  clock = new TestClock();
  queue = new MemoryDeliveryQueue();
  publication = await publish('crm');
});

const ports = (given: Partial<RedrivePorts> = {}): RedrivePorts => ({ ...stores, queue, clock, ...given });

async function publish(name: string, more: Partial<Publication> = {}): Promise<Publication> {
  const made = aWebhook({ appId, name, ...(more as object) });
  await stores.publications.create(made);
  return made;
}

async function fail(count: number, more: Partial<Delivery> = {}): Promise<Delivery[]> {
  const made = Array.from({ length: count }, (_, index) =>
    aDelivery({
      appId,
      publicationId: publication.id,
      publicationName: publication.name,
      status: 'exhausted',
      createdAtMs: index,
      updatedAtMs: clock.now() - 1_000,
      ...more,
    }),
  );
  for (const delivery of made) await stores.deliveries.create(delivery, '{}');
  return made;
}

async function start(given: Partial<Redrive> = {}): Promise<Redrive> {
  const nowMs = clock.now();
  const redrive = aRedrive({
    appId,
    filter: { statuses: ['exhausted'] },
    startedAtMs: nowMs,
    plannedUntilMs: nowMs,
    lookAtMs: nowMs,
    ...given,
  });
  await stores.redrives.create(redrive);
  return redrive;
}

const run = (redrive: Redrive, given: Partial<RedrivePorts> = {}) =>
  runRedrive(ports(given), redrive, clock.now() + 1_000);
const stored = async ({ id }: Redrive) => (await stores.redrives.get(appId, id))!;
const delivery = async ({ id }: Delivery) => (await stores.deliveries.get(appId, id))?.delivery;
const retried = () =>
  queue.messages.map(({ body }) => {
    const message = parseDeliveryMessage(body);
    return message.kind === 'retry' ? message.deliveryId : '';
  });

describe('a retry of many', () => {
  it('sends them on their way oldest first, marked, and says what it did', async () => {
    const made = await fail(3);
    const redrive = await start();
    await run(redrive);
    expect(retried()).toEqual(made.map(({ id }) => id));
    expect(await delivery(made[0]!)).toMatchObject({
      status: 'waiting',
      nextAttemptAtMs: clock.now(),
      replayedAtMs: clock.now(),
      redriveId: redrive.id,
    });
    expect(await stored(redrive)).toMatchObject({
      state: 'done',
      doneCount: 3,
      skippedCount: 0,
      scannedCount: 3,
      endedAtMs: clock.now(),
      lookAtMs: undefined,
      claimedUntilMs: undefined,
    });
  });

  it('keeps its rate, over several minutes of the schedule', async () => {
    await fail(1_000);
    const redrive = await start({ ratePerSecond: 5 });
    const beganMs = clock.now();
    await run(redrive);
    expect(queue.messages).toHaveLength(450);
    expect((await stored(redrive)).state).toBe('running');
    for (let minute = 0; minute < 4; minute += 1) {
      clock.advance(60_000);
      await continueRedrives(ports());
    }
    expect(queue.messages).toHaveLength(1_000);
    expect(await stored(redrive)).toMatchObject({ state: 'done', doneCount: 1_000 });
    const { deliveries } = await stores.deliveries.list(appId, { order: 'newest-first', limit: 1 });
    expect(deliveries[0]?.nextAttemptAtMs).toBe(beganMs + 999 * 200);
  });

  it('leaves those of publications that are paused or gone, and counts them', async () => {
    const paused = await publish('paused', { state: 'paused' });
    await fail(2);
    const held = await fail(3, { publicationId: paused.id, publicationName: 'paused' });
    await fail(4, { publicationId: 'gone', publicationName: 'gone' });
    const redrive = await start();
    await run(redrive);
    expect(await stored(redrive)).toMatchObject({ doneCount: 2, skippedCount: 7 });
    expect(await delivery(held[0]!)).toEqual(held[0]);
  });

  it('takes none that failed again since it began', async () => {
    const redrive = await start();
    clock.advance(1);
    await fail(1, { updatedAtMs: clock.now() });
    await run(redrive);
    expect(await stored(redrive)).toMatchObject({ state: 'done', doneCount: 0, skippedCount: 0 });
  });

  it('takes what bears a later time than now, as a clock that was ahead has left it', async () => {
    await fail(2, { updatedAtMs: clock.now() + 3_600_000 });
    const redrive = await start();
    await run(redrive);
    expect(await stored(redrive)).toMatchObject({ state: 'done', doneCount: 2 });
  });

  it('is done once where two work on it at the same time', async () => {
    await fail(5);
    const redrive = await start();
    await Promise.all([run(redrive), run(redrive), continueRedrives(ports())]);
    expect(queue.messages).toHaveLength(5);
    expect(await stored(redrive)).toMatchObject({ state: 'done', doneCount: 5 });
  });

  it('goes on after whoever worked on it died, and leaves none out', async () => {
    const made = await fail(150);
    const redrive = await start();
    let calls = 0;
    const dying = queueThat(() => {
      calls += 1;
      return calls === 2 ? new Promise(() => {}) : Promise.resolve([]);
    });
    void run(redrive, { queue: dying });
    await new Promise((resolve) => setImmediate(resolve));
    expect((await stored(redrive)).doneCount).toBe(100);
    await continueRedrives(ports());
    expect((await stored(redrive)).doneCount).toBe(100);
    clock.advance(91_000);
    await continueRedrives(ports());
    expect((await stored(redrive)).state).toBe('done');
    for (const one of made) expect((await delivery(one))?.status).toBe('waiting');
  });

  it('stops where a person pauses it', async () => {
    await fail(150);
    const redrive = await start();
    const pausing = queueThat(async (all) => {
      const current = await stored(redrive);
      await stores.redrives.update({ ...current, state: 'paused', lookAtMs: undefined });
      return all.map(() => ({ queued: true }));
    });
    await run(redrive, { queue: pausing });
    const paused = await stored(redrive);
    expect(paused).toMatchObject({ state: 'paused', doneCount: 100, scannedCount: 100 });
    expect(await continueRedrives(ports())).toBe(0);
    clock.advance(91_000);
    await stores.redrives.update({ ...paused, state: 'running', lookAtMs: clock.now() });
    await continueRedrives(ports());
    // The page that was in progress at the pause is not repeated.
    expect(await stored(redrive)).toMatchObject({ state: 'done', doneCount: 150, scannedCount: 150 });
    expect(await stores.deliveries.count(appId, 'waiting', 1_000)).toBe(150);
  });
});

describe('a discard of many', () => {
  it('takes what was tried again since it began, and not what came since', async () => {
    const [waiting] = await fail(1, { status: 'waiting' });
    const redrive = await start({ action: 'discard', filter: { statuses: ['waiting'] } });
    clock.advance(5);
    await stores.deliveries.update({ ...waiting!, updatedAtMs: clock.now() });
    const [late] = await fail(1, { status: 'waiting', createdAtMs: clock.now() });
    await run(redrive);
    expect((await delivery(waiting!))?.status).toBe('discarded');
    expect((await delivery(late!))?.status).toBe('waiting');
    expect(await stored(redrive)).toMatchObject({ state: 'done', doneCount: 1, skippedCount: 0 });
  });

  it('ends what matches, and no more', async () => {
    const [parked] = await fail(1, { status: 'parked' });
    const [exhausted] = await fail(1);
    const redrive = await start({ action: 'discard', filter: { statuses: ['parked', 'waiting'] } });
    await run(redrive);
    expect((await delivery(parked!))?.status).toBe('discarded');
    expect((await delivery(exhausted!))?.status).toBe('exhausted');
    expect(queue.messages).toEqual([]);
    expect(await stored(redrive)).toMatchObject({ state: 'done', doneCount: 1 });
  });
});
