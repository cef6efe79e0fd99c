import { beforeEach, describe, expect, it, vi } from 'vitest';
import { aStream } from '../../../test/support/builders.ts';
import { queueThat } from '../../../test/support/queue-that.ts';
import { RecordedLog, RecordedMetrics } from '../../../test/support/recorded-telemetry.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { systemTimers, type Timers } from '../../base/timers.ts';
import { parseDeliveryMessage } from '../../domain/deliveries/delivery-message.ts';
import type { DeliveryQueue } from '../../domain/deliveries/delivery-queue.ts';
import { GENERATOR_LOOK_MS } from '../../domain/subscriptions/generator.ts';
import type { GenerateSubscription } from '../../domain/subscriptions/subscription.ts';
import { RoutingTables } from '../route/route.ts';
import { APP_GENERATORS_MS_MAX, GENERATOR_MS_MAX, runGenerators } from './generate.ts';

const MINUTE_MS = 60_000;
let stores: Stores;
let queue: MemoryDeliveryQueue;
let clock: TestClock;
let log: RecordedLog;
let metrics: RecordedMetrics;

const aGenerator = (changes: Partial<GenerateSubscription> = {}): GenerateSubscription => ({
  id: '0a0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c77',
  appId: 'app-1',
  name: 'ticker',
  platform: 'generate',
  interval: '1m',
  mapping: 'root.timestamp = timestamp_unix()',
  nextRunAtMs: clock.now(),
  paused: false,
  createdAtMs: 0,
  version: 1,
  ...changes,
});

beforeEach(() => {
  stores = makeMemoryStores();
  queue = new MemoryDeliveryQueue();
  clock = new TestClock();
  log = new RecordedLog();
  metrics = new RecordedMetrics();
});

const stored = async () =>
  (await stores.subscriptions.get('app-1', 'ticker')) as GenerateSubscription | undefined;

async function run(generator: GenerateSubscription, target: DeliveryQueue = queue): Promise<number> {
  if ((await stores.subscriptions.get('app-1', 'ticker')) === undefined) {
    await stores.subscriptions.create(generator);
    await stores.streams.create(aStream({ subscriptionId: generator.id }));
  }
  const routing = new RoutingTables(stores.streams, clock);
  return runGenerators(
    { ...stores, routing, queue: target, clock, timers: systemTimers, log, metrics },
    clock.now() + MINUTE_MS,
  );
}

const made = () =>
  queue.messages.map(({ body, delaySeconds }) => {
    const message = parseDeliveryMessage(body);
    const event = JSON.parse(message.kind === 'first' ? (message.eventJsons[0] ?? '{}') : '{}') as Record<
      string,
      unknown
    >;
    return { id: event['id'], data: event['data'], time: event['time'], delaySeconds };
  });

describe('a generator', () => {
  it('makes the events of the coming minute, each with the time it is due at', async () => {
    const nowMs = clock.now();
    expect(await run(aGenerator({ interval: '20s' }))).toBe(3);
    expect(made().map(({ delaySeconds }) => delaySeconds)).toEqual([0, 20, 40]);
    expect(made().map(({ data }) => data)).toEqual(
      [0, 20, 40].map((seconds) => ({ timestamp: nowMs / 1_000 + seconds })),
    );
    expect(made()[1]?.time).toBe(new Date(nowMs + 20_000).toISOString());
  });

  it('makes none twice in the next minute', async () => {
    await run(aGenerator({ interval: '20s' }));
    clock.advance(MINUTE_MS);
    await run(aGenerator());
    expect(made()).toHaveLength(6);
    expect(new Set(made().map(({ id }) => id)).size).toBe(6);
  });

  it('makes the same events again, under the same ids, when the queue did not take them', async () => {
    const refusing = queueThat(async (all) => all.map(() => ({ queued: false, message: 'away' })));
    expect(await run(aGenerator(), refusing)).toBe(0);
    await run(aGenerator());
    await stores.subscriptions.update({ ...aGenerator(), version: (await stored())?.version ?? 0 });
    await run(aGenerator());
    expect(new Set(made().map(({ id }) => id)).size).toBe(1);
    expect(made()).toHaveLength(2);
  });

  it('makes up for no run that an outage left out, and keeps its rhythm', async () => {
    const nowMs = clock.now();
    await run(aGenerator({ interval: '1h', nextRunAtMs: nowMs - 10 * MINUTE_MS }));
    expect(made()).toEqual([]);
    expect(await stored()).toMatchObject({ nextRunAtMs: nowMs + 50 * MINUTE_MS });
  });

  it('is late by as much as one failed run of the schedule makes it', async () => {
    await run(aGenerator({ interval: '1h', nextRunAtMs: clock.now() - 2 * MINUTE_MS }));
    expect(made()).toHaveLength(1);
  });

  it('runs by cron in its time zone', async () => {
    const eight = Date.parse('2026-03-30T06:00:00Z');
    clock.advance(eight - 30_000 - clock.now());
    const interval = 'TZ=Europe/Berlin 0 8 * * MON-FRI';
    await run(aGenerator({ interval, nextRunAtMs: eight }));
    expect(made()).toMatchObject([{ time: '2026-03-30T06:00:00.000Z', delaySeconds: 30 }]);
    // The minute runs twice: the next run is tomorrow's, and no clock was ahead.
    clock.advance(15_000);
    await run(aGenerator());
    expect(made()).toHaveLength(1);
    expect(await stored()).toMatchObject({ nextRunAtMs: eight + 86_400_000 });
  });

  describe('that two schedulers come to at the same time', () => {
    const twoRuns = async () => {
      const second = { ...aGenerator(), version: 1 };
      const listed = stores.subscriptions.listGeneratorsDue.bind(stores.subscriptions);
      await run({ ...second, nextRunAtMs: clock.now() + 10 * MINUTE_MS });
      await stores.subscriptions.update(second);
      let arrived = 0;
      const both = Promise.withResolvers<void>();
      stores.subscriptions.listGeneratorsDue = async (...args) => {
        const due = await listed(...args);
        arrived += 1;
        if (arrived === 2) both.resolve();
        await both.promise;
        return due;
      };
      return Promise.all([run(second), run(second)]);
    };

    it('makes each event once', async () => {
      const [first = 0, second = 0] = await twoRuns();
      expect(first + second).toBe(1);
      expect(made()).toHaveLength(1);
    });
  });

  it('makes the events of a scheduler that died once its claim ran out, under the same ids', async () => {
    const nowMs = clock.now();
    const dying = queueThat(() => new Promise(() => {}));
    void run(aGenerator(), dying);
    await vi.waitFor(async () => expect(await stored()).toMatchObject({ claimedUntilMs: nowMs + 90_000 }));
    clock.advance(MINUTE_MS);
    expect(await run(aGenerator())).toBe(0);
    clock.advance(MINUTE_MS);
    expect(await run(aGenerator())).toBe(3);
    expect(made()[0]).toMatchObject({ time: new Date(nowMs).toISOString(), delaySeconds: 0 });
    expect(await stored()).toMatchObject({ claimedUntilMs: undefined });
  });

  it('stays paused where a person pauses it while its events are made', async () => {
    const pausing = queueThat(async (all) => {
      const current = await stored();
      if (current !== undefined) {
        await stores.subscriptions.update({ ...current, paused: true, nextRunAtMs: undefined });
      }
      return all.map(() => ({ queued: true }));
    });
    expect(await run(aGenerator(), pausing)).toBe(1);
    expect(await stored()).toMatchObject({ paused: true, nextRunAtMs: undefined, claimedUntilMs: undefined });
  });

  it('counts from one in every minute: its mapping is compiled anew, and remembers nothing', async () => {
    const counting = { interval: '20s', mapping: 'root.n = counter()' };
    await run(aGenerator(counting));
    clock.advance(MINUTE_MS);
    await run(aGenerator(counting));
    expect(made().map(({ data }) => data)).toEqual([1, 2, 3, 1, 2, 3].map((n) => ({ n })));
  });

  it('rests while it is paused', async () => {
    expect(await run(aGenerator({ paused: true, nextRunAtMs: undefined }))).toBe(0);
  });

  it('makes no event when its mapping drops, and moves on', async () => {
    expect(await run(aGenerator({ mapping: 'root = deleted()' }))).toBe(0);
    expect(made()).toEqual([]);
    expect(await stored()).toMatchObject({ nextRunAtMs: clock.now() + MINUTE_MS, failure: undefined });
  });

  describe('whose mapping fails', () => {
    const SECRET = 'ZZSECRETq7x';
    const FAILING = `root.a = 1\nroot.n = "${SECRET}".slice(0).number()`;

    it('says why to its owner, and where to the log, which quotes nothing of the mapping', async () => {
      await run(aGenerator({ interval: '30s', mapping: FAILING }));
      expect(await stored()).toMatchObject({
        failure: {
          id: 'mapping-failed',
          message: expect.stringContaining(SECRET),
          atMs: clock.now() + 30_000,
        },
      });
      expect(log.entries).toEqual([
        {
          code: 'GENERATOR_FAILED',
          fields: {
            appId: 'app-1',
            subscriptionId: aGenerator().id,
            subscription: 'ticker',
            errorId: 'mapping-failed',
            line: 2,
            column: undefined,
            count: 2,
          },
        },
      ]);
      expect(metrics.counts).toMatchObject({ GeneratorRunsFailed: 2, EventsAccepted: 0 });
    });

    it.each([
      [
        'does not compile any more',
        'root.a = = 1',
        { errorId: 'mapping-does-not-compile', line: 1, column: 10 },
      ],
      ['assigns nothing', 'let a = 1', { errorId: 'mapping-assigns-nothing' }],
    ])('is told apart from one that %s', async (_what, mapping, fields) => {
      await run(aGenerator({ mapping }));
      expect(log.of('GENERATOR_FAILED')).toMatchObject([fields]);
    });

    it('moves on to its next time, and shows nothing any more once it has made an event', async () => {
      await run(aGenerator({ mapping: FAILING }));
      const failed = (await stored())!;
      expect(failed.nextRunAtMs).toBe(clock.now() + MINUTE_MS);
      await stores.subscriptions.update({ ...failed, mapping: 'root.a = 1' });
      clock.advance(MINUTE_MS);
      await run(failed);
      expect(made()).toHaveLength(1);
      expect((await stored())?.failure).toBeUndefined();
    });
  });

  it('keeps no other from its turn when the store fails under it, and is still due', async () => {
    const [bad, good] = [aGenerator({ id: 'bad', name: 'bad' }), aGenerator({ id: 'good', name: 'good' })];
    for (const generator of [bad, good]) {
      await stores.subscriptions.create(generator);
      await stores.streams.create(aStream({ subscriptionId: generator.id }));
    }
    const { streams } = stores;
    const failing: Stores['streams'] = Object.create(streams, {
      listOfSubscription: {
        value: (appId: string, id: string) =>
          id === 'bad'
            ? Promise.reject(new Error('the table is away'))
            : streams.listOfSubscription(appId, id),
      },
    });
    const routing = new RoutingTables(failing, clock);
    expect(
      await runGenerators(
        { ...stores, routing, queue, clock, timers: systemTimers, log, metrics },
        clock.now() + MINUTE_MS,
      ),
    ).toBe(1);
    expect(log.of('GENERATOR_NOT_RUN')).toMatchObject([
      { subscription: 'bad', error: 'Error: the table is away' },
    ]);
    expect(await stores.subscriptions.listGeneratorsDue(clock.now(), 10)).toMatchObject([{ name: 'bad' }]);
  });

  it('is looked at within the hour, however long its interval, and makes nothing before its time', async () => {
    await run(aGenerator({ interval: '31d' }));
    for (let hour = 0; hour < 3; hour += 1) {
      clock.advance(GENERATOR_LOOK_MS);
      expect(await stores.subscriptions.listGeneratorsDue(clock.now(), 10)).toHaveLength(1);
      expect(await run(aGenerator())).toBe(0);
      expect(await stores.subscriptions.listGeneratorsDue(clock.now() + MINUTE_MS, 10)).toEqual([]);
    }
  });

  it.each([2, 100])('goes on when the clock was %i hours ahead, and is put back', async (hours) => {
    await run(aGenerator());
    clock.advance(hours * 3_600_000);
    await run(aGenerator());
    clock.advance(-hours * 3_600_000);
    const before = made().length;
    expect(await run(aGenerator())).toBe(1);
    expect(made()).toHaveLength(before + 1);
    clock.advance(MINUTE_MS);
    expect(await run(aGenerator())).toBe(1);
  });
});

/** Makes every piece of work take this long. */
const timersOf = (eachMs: number): Timers => {
  let elapsedMs = 0;
  return {
    ...systemTimers,
    elapsedMs: () => {
      elapsedMs += eachMs;
      return elapsedMs;
    },
  };
};

describe('a generator that takes too much time from others', () => {
  const runSlowly = async (generator: GenerateSubscription, eachMs: number) => {
    await stores.subscriptions.create(generator);
    await stores.streams.create(aStream({ subscriptionId: generator.id }));
    const routing = new RoutingTables(stores.streams, clock);
    const ports = { ...stores, routing, queue, clock, log, metrics, timers: timersOf(eachMs) };
    return runGenerators(ports, clock.now() + MINUTE_MS);
  };

  it('rests, says why, and what it had made goes out', async () => {
    const eachMs = GENERATOR_MS_MAX / 10;
    expect(await runSlowly(aGenerator({ interval: '1s' }), eachMs)).toBe(12);
    expect(made()).toHaveLength(12);
    const rested = await stored();
    expect(rested).toMatchObject({
      paused: true,
      pausedReason: { id: 'slow-generator', message: expect.stringContaining('1000 ms') },
    });
    expect(rested?.nextRunAtMs).toBeUndefined();
    expect(log.of('SLOW_GENERATOR_RESTED')).toMatchObject([{ subscription: 'ticker', tookMs: 1_200 }]);
    clock.advance(MINUTE_MS);
    expect(await run(aGenerator())).toBe(0);
  });

  it('goes on when it takes no more than it may', async () => {
    expect(await runSlowly(aGenerator({ interval: '10s' }), GENERATOR_MS_MAX / 5)).toBe(6);
    expect(await stored()).toMatchObject({ paused: false, nextRunAtMs: clock.now() + MINUTE_MS });
  });

  it('does not rest because the machine stood still during one of its events', async () => {
    expect(await runSlowly(aGenerator(), 10 * GENERATOR_MS_MAX)).toBe(1);
    expect(await stored()).toMatchObject({ paused: false });
  });

  it('leaves the minute to other apps when it is one of many of its app', async () => {
    const idOf = (n: number) => `0a0e3b52-5a0c-4dbd-a3d7-${String(n).padStart(12, '0')}`;
    const eachMs = GENERATOR_MS_MAX / 2;
    for (let n = 0; n < 20; n += 1) {
      await stores.subscriptions.create(aGenerator({ id: idOf(n), name: `many-${n}` }));
    }
    await stores.subscriptions.create(
      aGenerator({ id: idOf(99), appId: 'app-2', nextRunAtMs: clock.now() + 1 }),
    );
    const routing = new RoutingTables(stores.streams, clock);
    const ports = { ...stores, routing, queue, clock, log, metrics, timers: timersOf(eachMs) };
    await runGenerators(ports, clock.now() + MINUTE_MS);
    const [putOff] = log.of('GENERATORS_PUT_OFF');
    expect(putOff).toMatchObject({ appId: 'app-1' });
    const due = (await stores.subscriptions.list('app-1')).filter(
      (each) => each.platform === 'generate' && each.nextRunAtMs === clock.now(),
    );
    expect(due).toHaveLength(Number(putOff?.['count']));
    // The last of the others began within the limit.
    expect(20 - due.length).toBe(Math.floor(APP_GENERATORS_MS_MAX / eachMs) + 1);
    const [other] = await stores.subscriptions.list('app-2');
    expect(other).toMatchObject({ nextRunAtMs: clock.now() + 1 + MINUTE_MS });
  });
});
