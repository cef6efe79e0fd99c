import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../src/adapters/memory/delivery-queue.ts';
import { newUuid } from '../../src/base/ids.ts';
import { DELIVERY_STATUSES, type Delivery } from '../../src/domain/deliveries/delivery.ts';
import type { Erasure } from '../../src/domain/deliveries/erasure.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import { continueRedrives, type RedrivePorts, runRedrive } from '../../src/pipeline/deliver/redrive.ts';
import { anEvent } from '../support/builders.ts';
import { aDelivery, aFeed, aRedrive } from '../support/records.ts';
import { TestClock } from '../support/test-clock.ts';
import { aQuarantinedEvent } from './quarantine-store.contract.ts';

const RECORD = '003xx000004TmiQAAS';
const BIG = 'x'.repeat(500_000);

/** An erasure on the stores of an engine. */
export function erasureContract(stores: () => Stores): void {
  const clock = new TestClock();
  const appId = newUuid();
  const ports = (given: Partial<RedrivePorts> = {}): RedrivePorts => ({
    ...stores(),
    queue: new MemoryDeliveryQueue(),
    clock,
    ...given,
  });

  async function store(data: unknown, more: Partial<Delivery> = {}): Promise<Delivery> {
    const event = anEvent({ id: newUuid(), subject: more.eventSubject, data });
    const delivery = aDelivery({ appId, eventId: event.id, status: 'exhausted', ...more });
    await stores().deliveries.create(delivery, eventJson(event));
    return delivery;
  }

  async function start(by: Erasure['by'], value: string) {
    const nowMs = clock.now();
    const redrive = aRedrive({
      appId,
      action: 'erase',
      erasure: {
        by,
        value,
        valueHash: 'hash',
        stage: 'deliveries',
        quarantineCount: 0,
        deadLetters: { count: 0, mixedCount: 0, isComplete: true },
      },
      startedAtMs: nowMs,
      plannedUntilMs: nowMs,
      lookAtMs: nowMs,
    });
    await stores().redrives.create(redrive);
    return {
      redrive,
      run: (given?: Partial<RedrivePorts>) => runRedrive(ports(given), redrive, clock.now() + 1_000),
      record: () => stores().redrives.get(appId, redrive.id),
    };
  }

  const isThere = async ({ id }: Delivery, app = appId) =>
    (await stores().deliveries.get(app, id)) !== undefined;

  it('removes deliveries of every status with their events, and no others', async () => {
    const named = [];
    for (const status of DELIVERY_STATUSES) named.push(await store({ ContactId: RECORD, BIG }, { status }));
    const other = await store({ ContactId: '003xx000004TmiRAAS' });
    const foreign = aDelivery({ appId: newUuid() });
    await stores().deliveries.create(foreign, eventJson(anEvent({ data: RECORD })));
    const { run, record } = await start('record', RECORD.slice(0, 15));
    await run();
    for (const delivery of named) expect(await isThere(delivery)).toBe(false);
    expect(await isThere(other)).toBe(true);
    expect(await isThere(foreign, foreign.appId)).toBe(true);
    expect(await record()).toMatchObject({ state: 'done', doneCount: named.length, skippedCount: 0 });
  });

  it('is of a subject or an event id', async () => {
    const ofSubject = await store({}, { eventSubject: 'customer/1' });
    const other = await store({}, { eventSubject: 'customer/2' });
    await (await start('subject', 'customer/1')).run();
    expect([await isThere(ofSubject), await isThere(other)]).toEqual([false, true]);
    await (await start('event-id', other.eventId)).run();
    expect(await isThere(other)).toBe(false);
  });

  it('forgets what it searched for once it has ended', async () => {
    const { run, record } = await start('subject', 'jane@example.com');
    expect(JSON.stringify(await record())).toContain('jane@example.com');
    await run();
    expect(JSON.stringify(await record())).not.toContain('jane@example.com');
    expect(await record()).toMatchObject({ state: 'done', erasure: { by: 'subject', valueHash: 'hash' } });
  });

  it('removes a delivery that somebody changes at that moment', async () => {
    const delivery = await store(RECORD, { status: 'waiting' });
    const { run } = await start('record', RECORD);
    await run({
      deliveries: {
        list: (...args) => stores().deliveries.list(...args),
        get: (...args) => stores().deliveries.get(...args),
        update: (...args) => stores().deliveries.update(...args),
        remove: async (...args) => {
          expect(await stores().deliveries.update({ ...delivery, status: 'parked' })).toBe('updated');
          return stores().deliveries.remove(...args);
        },
      },
    });
    expect(await isThere(delivery)).toBe(false);
    // An attempt in flight would write this meanwhile.
    expect(await stores().deliveries.update({ ...delivery, status: 'waiting' })).toBe('gone');
    expect(await isThere(delivery)).toBe(false);
  });

  it('goes on after whoever worked on it died, page by page, and leaves none out', async () => {
    const made = [];
    for (let index = 0; index < 120; index += 1) {
      made.push(await store(RECORD, { createdAtMs: index }));
    }
    const { run, record } = await start('record', RECORD);
    let calls = 0;
    void run({
      deliveries: {
        list: (...args) => stores().deliveries.list(...args),
        get: (...args) => stores().deliveries.get(...args),
        update: (...args) => stores().deliveries.update(...args),
        remove: (...args) => {
          calls += 1;
          return calls > 105 ? new Promise(() => {}) : stores().deliveries.remove(...args);
        },
      },
    });
    await expect.poll(() => calls, { timeout: 20_000 }).toBeGreaterThan(105);
    expect((await record())?.doneCount).toBe(100);
    clock.advance(91_000);
    await continueRedrives(ports());
    // Those removed before the process died are gone, and not counted.
    expect(await record()).toMatchObject({ state: 'done', doneCount: 115 });
    for (const delivery of made) expect(await isThere(delivery)).toBe(false);
  });

  it('removes events in quarantine of the app, and goes on where its time ended', async () => {
    const feeds = [aFeed({ appId }), aFeed({ appId }), aFeed()];
    const payload = Buffer.from(`\u0024${RECORD}`);
    for (const feed of feeds) {
      await stores().feeds.ensure(feed);
      const common = { feedId: feed.id, appId: feed.appId };
      for (let index = 10; index < 35; index += 1) {
        await stores().quarantine.put(
          aQuarantinedEvent({ ...common, cursor: `cursor-${index}`, payload, atMs: clock.now() }),
        );
      }
      await stores().quarantine.put(aQuarantinedEvent({ ...common, cursor: 'a-kept', atMs: clock.now() }));
    }
    const { run, record, redrive } = await start('record', RECORD);
    let rounds = 0;
    const slow = {
      list: stores().quarantine.list.bind(stores().quarantine),
      get: stores().quarantine.get.bind(stores().quarantine),
      remove: async (feedId: string, cursor: string) => {
        clock.advance(60);
        return stores().quarantine.remove(feedId, cursor);
      },
    };
    await run({ quarantine: slow });
    while ((await record())?.state === 'running' && rounds < 20) {
      rounds += 1;
      const current = await record();
      if (current !== undefined) await runRedrive(ports({ quarantine: slow }), current, clock.now() + 1_000);
    }
    expect(rounds).toBeGreaterThan(0);
    expect(await record()).toMatchObject({
      id: redrive.id,
      state: 'done',
      erasure: { quarantineCount: 50 },
      scannedCount: 52,
    });
    const left = await Promise.all(feeds.map(({ id }) => stores().quarantine.list(id, 100)));
    expect(left.map(({ length }) => length)).toEqual([1, 1, 26]);
  });
}
