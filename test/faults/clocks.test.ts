import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../functions/schedule/config.ts';
import { buildDependencies } from '../../functions/schedule/dependencies.ts';
import { MemoryDeliveryQueue } from '../../src/adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import { makeSqliteEngine } from '../../src/adapters/sqlite/engine.ts';
import { ended, scheduledAt } from '../../src/domain/deliveries/delivery.ts';
import { parseDeliveryMessage } from '../../src/domain/deliveries/delivery-message.ts';
import { QUARANTINE_KEPT_MS } from '../../src/domain/feeds/quarantine-store.ts';
import { DRAIN_AGAIN_MS } from '../../src/domain/publications/publication.ts';
import { continueDrains, startDrain } from '../../src/pipeline/deliver/parked-deliveries.ts';
import { sweepDeliveries } from '../../src/pipeline/deliver/sweep.ts';
import { logIn } from '../support/browser.ts';
import { aDelivery, aWebhook } from '../support/records.ts';
import { APP_ID, startBench } from '../support/salesforce.ts';
import { SqliteFile } from '../support/sqlite-file.ts';
import { TestClock } from '../support/test-clock.ts';
import { VirtualTime } from '../support/virtual-time.ts';

/**
 * Clocks that are wrong for a while: docs/operations.md, "Clocks". Effects on a single part are tested beside that part; these
 * tests cover a drain, a delivery, a login and a state folder.
 */
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('when the clock was ahead for a while, and is put back', () => {
  describe.each([2, 100])('by %i hours', (hours) => {
    it('a drain goes on at its rate from now, and ends', async () => {
      const clock = new TestClock();
      const ports = { ...makeMemoryStores(), queue: new MemoryDeliveryQueue(), clock };
      clock.advance(hours * HOUR_MS);
      const publication = aWebhook({
        releaseAtMs: clock.now() + DRAIN_AGAIN_MS,
        drain: { ratePerSecond: 1, plannedUntilMs: clock.now() },
      });
      const { appId, id: publicationId } = publication;
      await ports.publications.create(publication);
      for (let createdAtMs = 0; createdAtMs < 150; createdAtMs += 1) {
        await ports.deliveries.create(
          aDelivery({ appId, publicationId, status: 'parked', createdAtMs }),
          '{}',
        );
      }
      // The clock that is ahead plans a minute and a half of them.
      await startDrain(ports, publication);
      const planned = ports.queue.messages.length;
      expect(planned).toBeLessThan(150);
      clock.advance(-hours * HOUR_MS);
      await continueDrains(ports);
      const delays = ports.queue.messages.slice(planned).map(({ delaySeconds }) => delaySeconds);
      expect(delays.slice(0, 3)).toEqual([0, 1, 2]);
      for (let minute = 0; minute < 3; minute += 1) {
        clock.advance(60_000);
        await continueDrains(ports);
      }
      expect(await ports.deliveries.count(appId, 'parked', 1_000)).toBe(0);
      expect((await ports.publications.get(appId, publicationId))?.drain).toBeUndefined();
    });

    it('a login that failed meanwhile is tried again', async () => {
      const time = new VirtualTime();
      await using bench = await startBench({}, { time });
      const authorization = await bench.authorizeByRefreshToken();
      const session = await bench.tokens.session(APP_ID, authorization.id);
      if (session.kind !== 'session') throw new Error('expected a session');
      const refused = { refusedToken: session.session.accessToken };
      time.advance(hours * HOUR_MS);
      Object.assign(bench.org.faults, { nextConnectionResets: 1 });
      expect((await bench.tokens.session(APP_ID, authorization.id, refused)).kind).toBe('failing');
      time.advance(-hours * HOUR_MS);
      expect((await bench.tokens.session(APP_ID, authorization.id, refused)).kind).toBe('session');
    });

    it('a login in the browser that was begun meanwhile is void, and can be begun again', async () => {
      const time = new VirtualTime();
      await using bench = await startBench({}, { time });
      bench.org.configureApp({ callbackUrls: ['http://127.0.0.1:1/v1/oauth/callback'] });
      time.advance(hours * HOUR_MS);
      const begun = await bench.authorize({ flow: 'web' });
      const callback = await logIn(begun.pending!.authorizeUrl);
      time.advance(-hours * HOUR_MS);
      expect(await bench.grant.complete(callback)).toMatchObject({
        kind: 'failed',
        message: expect.stringMatching(/took longer than an hour/),
      });
      const again = await bench.authorize({ flow: 'web' });
      expect((await bench.grant.complete(await logIn(again.pending!.authorizeUrl))).kind).toBe('completed');
    });
  });

  it('a delivery that was planned meanwhile is late by no more than the clock was ahead', async () => {
    const AHEAD_MS = 5 * HOUR_MS;
    const WAIT_MS = 30 * 60_000;
    const clock = new TestClock();
    const stores = makeMemoryStores();
    const queue = new MemoryDeliveryQueue();
    const sweep = () => sweepDeliveries({ ...stores, queue, clock });
    const rightMs = clock.now();
    clock.advance(AHEAD_MS);
    const delivery = scheduledAt(aDelivery(), clock.now() + WAIT_MS, clock.now());
    await stores.deliveries.create(delivery, '{}');
    clock.advance(-AHEAD_MS);
    while (queue.messages.length === 0) {
      clock.advance(60_000);
      await sweep();
    }
    expect(clock.now() - rightMs).toBe(WAIT_MS + AHEAD_MS);
    expect(queue.messages.map(({ body }) => parseDeliveryMessage(body).kind)).toEqual(['retry']);
  });
});

describe('a local run that starts with a clock that is far ahead of when its state was last written', () => {
  const OFF_MS = 30 * DAY_MS;
  let file: SqliteFile;
  beforeEach(() => {
    file = new SqliteFile();
  });
  afterEach(() => {
    file.delete();
  });

  /** Starts a process with production's schedule. */
  function start() {
    const engine = makeSqliteEngine(file.path);
    const config = readConfig({
      TABLE_NAME: 't',
      DELIVERY_QUEUE_URL: 'd',
      ORDERED_QUEUE_URL: 'o',
      POLL_QUEUE_URL: 'p',
      LOCAL_KEY_FILE: join(file.directory, 'key'),
    });
    const { forgetDeliveries } = buildDependencies(config, engine).tasks;
    return { ...engine, forgetDeliveries };
  }

  const quarantined = (cursor: string, atMs: number) => ({
    feedId: 'f',
    appId: 'a',
    topic: '/event/E__e',
    schemaId: 's',
    cursor,
    atMs,
    eventId: 'e',
    message: 'm',
    payload: new Uint8Array([1]),
  });

  async function stored(lastWrittenAtMs: number) {
    const before = start();
    const endedAtMs = Date.now() - OFF_MS;
    const delivery = ended(aDelivery(), 'exhausted', endedAtMs);
    await before.stores.deliveries.create(delivery, '{}');
    await before.stores.quarantine.put(quarantined('old', endedAtMs));
    before.close();
    utimesSync(file.path, new Date(lastWrittenAtMs), new Date(lastWrittenAtMs));
    const after = start();
    await after.forgetDeliveries();
    await after.stores.quarantine.put(quarantined('new', Date.now()));
    const kept = {
      deliveries: (await after.stores.deliveries.get(delivery.appId, delivery.id)) !== undefined,
      quarantined: (await after.stores.quarantine.list('f', 10)).length,
    };
    after.close();
    return kept;
  }

  it('removes nothing by it', async () => {
    expect(OFF_MS).toBeGreaterThan(QUARANTINE_KEPT_MS);
    expect(await stored(Date.now() - OFF_MS)).toEqual({ deliveries: true, quarantined: 2 });
  });

  it('removes what is old where it was written since', async () => {
    expect(await stored(Date.now())).toEqual({ deliveries: false, quarantined: 1 });
  });
});
