import { describe, expect, test } from 'vitest';
import { RecordedLog, RecordedMetrics } from '../../../test/support/recorded-telemetry.ts';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import { MemoryAppCountStore } from '../../adapters/memory/app-count-store.ts';
import { MemoryState } from '../../adapters/memory/state.ts';
import {
  AppLog,
  type AppLogAnswer,
  type AppLogInput,
  type AppLogPorts,
  COUNTS_HELD_MS,
  FAILURE_RATE,
  LINES_PER_APP_MAX,
  LINES_PER_REQUEST_MAX,
  REST_MS,
} from './app-log.ts';

const INPUT: AppLogInput = {
  id: 'resource-1',
  url: 'https://token:t.1@logs.example/logs',
  source: 'HEROKUEVENTS',
  addon: 'herokuevents-horizontal-01234',
};
const TAKEN: AppLogAnswer = { kind: 'taken' };

function setUp(given: Partial<AppLogPorts> = {}) {
  const time = new VirtualTime();
  const log = new RecordedLog();
  const metrics = new RecordedMetrics();
  const store = new MemoryAppCountStore(new MemoryState());
  const sent: { readonly url: string; readonly texts: readonly string[] }[] = [];
  const appLog = new AppLog({
    inputsOf: async () => [INPUT],
    renewed: async () => undefined,
    send: async (_appId, { url }, lines) => {
      sent.push({ url, texts: lines.map(({ text }) => text) });
      return TAKEN;
    },
    counts: store,
    clock: time,
    timers: time,
    log,
    metrics,
    samplesPerMinute: 60,
    ...given,
  });
  const heard = appLog.hearing(log);
  const attempt = (outcome: string, appId = 'app-1') =>
    heard.write('DELIVERY_ATTEMPTED', { appId, publication: 'orders', eventId: 'e', outcome, attempt: 1 });
  const counted = async () => (await store.take(10)).map(({ counts }) => counts);
  return { time, log, metrics, store, sent, appLog, heard, attempt, counted };
}

const texts = (sent: readonly { readonly texts: readonly string[] }[]) => sent.flatMap((each) => each.texts);

describe('the log of an app', () => {
  test('has a line for a failed attempt and for delivered events, in one request, in their order', async () => {
    const { appLog, attempt, sent, log } = setUp();
    attempt('delivered');
    attempt('retry');
    await appLog.flush();
    expect(sent).toHaveLength(1);
    expect(texts(sent)).toEqual([
      expect.stringMatching(/^at=info .*outcome=delivered/),
      expect.stringMatching(/^at=warn .*outcome=retry/),
    ]);
    // Lines that are heard are still written to the log.
    expect(log.of('DELIVERY_ATTEMPTED')).toHaveLength(2);
  });

  test('is written to by itself soon after, where nobody flushes', async () => {
    const { attempt, sent, time } = setUp();
    attempt('retry');
    await time.pass(1_000);
    expect(texts(sent)).toHaveLength(1);
  });

  test('of an app without one is asked for once a minute, and costs nothing else', async () => {
    let asked = 0;
    const inputsOf = async () => {
      asked += 1;
      return [];
    };
    const { appLog, attempt, time, sent, counted, metrics } = setUp({ inputsOf });
    for (let count = 0; count < 100; count += 1) attempt('retry');
    for (let second = 0; second < 59; second += 1) {
      attempt('retry');
      await appLog.flush();
      await time.pass(1_000);
    }
    expect(asked).toBe(1);
    await time.pass(2_000);
    attempt('retry');
    await appLog.flush();
    expect(asked).toBe(2);
    expect(sent).toEqual([]);
    expect(await counted()).toEqual([]);
    expect(metrics.counts.AppLogLinesDropped).toBeUndefined();
  });

  test('shows delivered events up to their number a minute, and counts them all', async () => {
    const { appLog, attempt, sent, counted, metrics } = setUp({ samplesPerMinute: 6 });
    for (let count = 0; count < 100; count += 1) attempt('delivered');
    await appLog.flush();
    expect(texts(sent)).toHaveLength(1);
    expect(await counted()).toEqual([{ 'events-delivered': 100 }]);
    expect(metrics.counts.AppLogLinesDropped).toBeUndefined();
  });

  test('shows no delivered event where none is to be shown', async () => {
    const { appLog, attempt, sent } = setUp({ samplesPerMinute: 0 });
    attempt('delivered');
    attempt('retry');
    await appLog.flush();
    expect(texts(sent)).toEqual([expect.stringContaining('outcome=retry')]);
  });

  test('is not flooded by a receiver that is down: what is left out is counted', async () => {
    const { appLog, attempt, sent, counted, metrics } = setUp();
    for (let count = 0; count < 1_000; count += 1) attempt('retry');
    await appLog.flush();
    const dropped = 1_000 - FAILURE_RATE.atOnce;
    expect(texts(sent)).toHaveLength(FAILURE_RATE.atOnce);
    expect(await counted()).toEqual([{ 'attempts-failed': 1_000, 'log-lines-dropped': dropped }]);
    expect(metrics.counts.AppLogLinesDropped).toBe(dropped);
  });

  test('has the line that a receiver is down, however many failures came before it', async () => {
    const { appLog, attempt, heard, sent } = setUp();
    for (let count = 0; count < 1_000; count += 1) attempt('retry');
    heard.write('BREAKER_OPENED', { appId: 'app-1', publication: 'orders', errorId: 'timeout' });
    await appLog.flush();
    expect(texts(sent).at(-1)).toMatch(/^at=warn code=BREAKER_OPENED publication=orders error=timeout msg="/);
  });

  test('holds no more than so many lines of an app while it is not taken, and goes on in requests of so many', async () => {
    let release: (answer: AppLogAnswer) => void = () => undefined;
    const requests: number[] = [];
    const send = (_appId: string, _input: AppLogInput, lines: readonly unknown[]) => {
      requests.push(lines.length);
      return requests.length === 1
        ? new Promise<AppLogAnswer>((resolve) => {
            release = resolve;
          })
        : Promise.resolve(TAKEN);
    };
    const { appLog, attempt, time, metrics } = setUp({ send, samplesPerMinute: 60_000 });
    attempt('delivered');
    const flushed = appLog.flush();
    await time.settle();
    for (let count = 0; count < LINES_PER_APP_MAX + 7; count += 1) attempt('delivered');
    release(TAKEN);
    await flushed;
    expect(metrics.counts.AppLogLinesDropped).toBe(7);
    expect(requests).toEqual([1, LINES_PER_REQUEST_MAX, LINES_PER_APP_MAX - LINES_PER_REQUEST_MAX]);
  });
});

describe('a log that does not take lines', () => {
  test('holds up a flush for its budget at most', async () => {
    let asked = 0;
    const send = () => {
      asked += 1;
      return asked === 1 ? new Promise<AppLogAnswer>(() => undefined) : Promise.resolve(TAKEN);
    };
    const { appLog, attempt, time } = setUp({ send });
    attempt('retry');
    let isOver = false;
    const flushed = appLog.flush(250).then(() => {
      isOver = true;
    });
    await time.pass(249);
    expect(isOver).toBe(false);
    await time.pass(1);
    expect(isOver).toBe(true);
    await flushed;
    // A hanging request is waited for once, whoever flushes.
    attempt('retry');
    await appLog.flush(250);
    expect(asked).toBe(1);
  });

  test('is left alone for a minute: lines are dropped, counted and told, and nobody waits', async () => {
    let asked = 0;
    const answers: AppLogAnswer[] = [{ kind: 'unavailable', reason: 'http-503' }];
    const send = async () => {
      asked += 1;
      return answers.shift() ?? TAKEN;
    };
    const { appLog, attempt, log, metrics, counted, time } = setUp({ send });
    attempt('retry');
    await appLog.flush();
    attempt('retry');
    attempt('retry');
    await appLog.flush();
    expect(asked).toBe(1);
    expect(log.of('APP_LOG_NOT_TAKEN')).toEqual([
      { appId: 'app-1', addon: INPUT.addon, reason: 'http-503', count: 1 },
    ]);
    expect(metrics.counts.AppLogLinesDropped).toBe(3);
    await time.pass(REST_MS);
    attempt('retry');
    await appLog.flush();
    expect(asked).toBe(2);
    const all = await counted();
    expect(all.reduce((sum, counts) => sum + (counts['log-lines-dropped'] ?? 0), 0)).toBe(3);
  });

  test('is asked again at a fresh URL when it refuses, and the same lines arrive there', async () => {
    const fresh = { ...INPUT, url: 'https://token:t.2@logs.example/logs' };
    let current = INPUT;
    const sent: string[] = [];
    const { appLog, attempt, log } = setUp({
      inputsOf: async () => [current],
      renewed: async () => {
        current = fresh;
        return fresh;
      },
      send: async (_appId, { url }) => {
        sent.push(url);
        return url === fresh.url ? TAKEN : { kind: 'refused', reason: 'http-401' };
      },
    });
    attempt('retry');
    await appLog.flush();
    attempt('retry');
    await appLog.flush();
    expect(sent).toEqual([INPUT.url, fresh.url, fresh.url]);
    expect(log.of('APP_LOG_NOT_TAKEN')).toEqual([]);
  });

  test.each([
    ['there is no other URL', async () => INPUT, 'http-400'],
    ['there is none', async () => undefined, 'http-400'],
    ['the other one refuses as well', async () => ({ ...INPUT, url: 'https://b.example' }), 'http-400'],
    ['nobody can tell', () => Promise.reject(new Error('the table is away')), 'internal-error'],
  ])('costs its lines when it refuses and %s', async (_what, renewed, reason) => {
    const { appLog, attempt, log, metrics } = setUp({
      renewed,
      send: async () => ({ kind: 'refused', reason: 'http-400' }),
    });
    attempt('retry');
    await appLog.flush();
    expect(log.of('APP_LOG_NOT_TAKEN')).toEqual([{ appId: 'app-1', addon: INPUT.addon, reason, count: 1 }]);
    expect(metrics.counts.AppLogLinesDropped).toBe(1);
  });

  test('and no store that fails, holds up nobody and is told', async () => {
    const away = () => Promise.reject(new Error('the table is away'));
    const first = setUp({ inputsOf: away });
    first.attempt('retry');
    await first.appLog.flush();
    // The store is not read again for a minute.
    first.attempt('retry');
    await first.appLog.flush();
    expect(first.log.of('APP_LOG_NOT_FOUND')).toHaveLength(1);
    expect(first.metrics.counts.AppLogLinesDropped).toBe(2);
    const second = setUp({ counts: { add: away } });
    second.attempt('retry');
    await second.appLog.flush();
    expect(second.log.of('APP_COUNTS_LOST')).toHaveLength(1);
    expect(texts(second.sent)).toHaveLength(1);
  });
});

describe('the counts of an app', () => {
  test('are stored at once, and then every twenty seconds at most, without a flush', async () => {
    const { attempt, time, store, counted } = setUp({ samplesPerMinute: 0 });
    let writes = 0;
    const add = store.add.bind(store);
    store.add = (...given) => {
      writes += 1;
      return add(...given);
    };
    for (let second = 0; second < 60; second += 1) {
      attempt('delivered');
      await time.pass(1_000);
    }
    await time.pass(COUNTS_HELD_MS);
    expect(writes).toBeLessThanOrEqual(4);
    expect(await counted()).toEqual([{ 'events-delivered': 60 }]);
  });

  test('are told in one line, with a number for every name', async () => {
    const { appLog, sent } = setUp();
    appLog.tell([{ appId: 'app-1', counts: { 'events-delivered': 42, 'log-lines-dropped': 1 } }]);
    await appLog.flush();
    expect(texts(sent)).toEqual([
      'source=HEROKUEVENTS addon=herokuevents-horizontal-01234 sample#events-delivered=42 sample#attempts-failed=0 sample#events-given-up=0 sample#events-filtered=0 sample#log-lines-dropped=1',
    ]);
  });

  test('that are held are stored when the process ends', async () => {
    const { appLog, attempt, time, counted } = setUp();
    attempt('delivered');
    await appLog.flush();
    attempt('delivered');
    await appLog.close();
    attempt('delivered');
    expect(await counted()).toEqual([{ 'events-delivered': 2 }]);
    expect(time.pendingCount).toBe(0);
  });

  test('leave nothing behind once they are stored: no timer, no memory of the app', async () => {
    const { attempt, time } = setUp();
    attempt('delivered');
    await time.pass(COUNTS_HELD_MS * 3);
    expect(time.pendingCount).toBe(0);
  });
});
