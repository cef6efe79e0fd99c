import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, LocalRun, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';
import { until } from '../support/salesforce.ts';

// What became of an event, as the real CLI tells it about real deliveries: the process, its SQLite file and its log are
// real.

const ROOT = resolve(import.meta.dirname, '../..');
const state = temporaryState();
let run: LocalRun;
let receiver: Receiver;
let flaky: Receiver;

beforeAll(async () => {
  [receiver, flaky] = await Promise.all([startReceiver(), startReceiver()]);
  run = await LocalRun.start(state.dir, '--no-demo');
});

afterAll(async () => {
  await run.end('SIGKILL');
  await Promise.all([receiver.close(), flaky.close()]);
  state.remove();
});

async function traced(
  path: string,
  eventId: string,
): Promise<Json & { readonly deliveries: readonly Json[] }> {
  const { json } = await run.api('GET', `${path}/history/trace?event_id=${encodeURIComponent(eventId)}`);
  return json as Json & { readonly deliveries: readonly Json[] };
}

const statuses = ({ deliveries }: { readonly deliveries: readonly Json[] }) =>
  Object.fromEntries(deliveries.map(({ publication, status }) => [publication, status]));

it('an event’s story: delivered, retried, dropped, failed in a filter, parked, and replayed', async () => {
  const { path } = await run.app('story');
  const make = (kind: string, body: object) => run.api('POST', `${path}/platforms/${kind}`, body);
  for (const name of ['ok', 'dropped', 'failing', 'parked', 'silent']) {
    await make('webhook/publications', { name, url: receiver.url });
  }
  await make('webhook/publications', { name: 'flaky', url: flaky.url, retry: ['1s'] });
  flaky.script.push(503);
  await run.api('PATCH', `${path}/publications/parked`, { paused: true });
  await make('generate/subscriptions', {
    name: 'ticks',
    interval: '1h',
    mapping: 'root.n = 1',
    keep_last: 5,
  });
  await run.api('PATCH', `${path}/subscriptions/ticks`, { paused: true });
  const links: readonly (readonly [string, object])[] = [
    ['ok', {}],
    ['flaky', {}],
    ['parked', {}],
    ['dropped', { filter: 'root = deleted()', trace_drops: true }],
    ['silent', { filter: 'root = deleted()' }],
    ['failing', { filter: 'root = throw("no such customer")' }],
  ];
  for (const [target, more] of links) {
    expect((await run.api('POST', `${path}/streams`, { source: 'ticks', target, ...more })).status).toBe(201);
  }
  // The service may cache a subscription's streams for three seconds.
  await sleep(3_500);
  await run.api('PATCH', `${path}/subscriptions/ticks`, { paused: false });
  await receiver.until((received) => received.length > 0);
  const eventId = String(receiver.received[0]?.event['id']);
  await until('the retry', async () => statuses(await traced(path, eventId))['flaky'] === 'delivered');
  await until('all of it', async () => (await traced(path, eventId)).deliveries.length === 5);

  const story = await traced(path, eventId);
  expect(story).toMatchObject({
    event_type: 'app.generated.ticks',
    received: { subscription: { name: 'ticks' }, platform: 'generate' },
    searched: { complete: true },
  });
  expect(statuses(story)).toEqual({
    ok: 'delivered',
    flaky: 'delivered',
    parked: 'parked',
    dropped: 'dropped',
    failing: 'rejected',
  });
  expect(story['other_streams']).toMatchObject([{ target: { name: 'silent' }, trace_drops: false }]);
  const attemptsOf = (name: string) =>
    story.deliveries.find(({ publication }) => publication === name)?.['attempts'];
  expect(attemptsOf('flaky')).toMatchObject([{ status: 503, error_id: 'http-503' }, { status: 204 }]);
  expect(attemptsOf('failing')).toMatchObject([{ message: expect.stringContaining('no such customer') }]);

  const told = await run.sluice('events:trace', eventId, '-a', 'story');
  expect(told.stdout).toMatch(/^Received .*Z by subscription ticks \(generate\)$/m);
  expect(told.stdout).toMatch(/^ticks → ok: delivered\n {2}1\. \S+Z {2}204 delivered in \d+ ms$/m);
  expect(told.stdout).toMatch(/ticks → parked: parked.*resume parked/s);
  expect(told.stdout).toMatch(
    /ticks → failing: rejected.*no such customer.*events:deliveries:retry [\w-]+ -a story/s,
  );
  expect(told.stdout).toContain('ticks → dropped: dropped');

  // Filter and pause are fixed: the replayed event's story includes what came before.
  await run.api('PATCH', `${path}/streams/ticks/failing`, { filter: 'root = this' });
  const failed = story.deliveries.find(({ publication }) => publication === 'failing');
  await run.sluice('events:deliveries:retry', String(failed?.['id']), '-a', 'story');
  await run.api('PATCH', `${path}/publications/parked`, { paused: false });
  await until('the end', async () => {
    const now = statuses(await traced(path, eventId));
    return now['failing'] === 'delivered' && now['parked'] === 'delivered';
  });
  const mended = (await traced(path, eventId)).deliveries.find(
    ({ publication }) => publication === 'failing',
  );
  expect(mended?.['attempts']).toMatchObject([{ error_id: 'filter-failed' }, { status: 204 }]);

  // A delivery that succeeded at once has a history as well, and its history survives the death of the process.
  await run.end('SIGKILL');
  run = await LocalRun.start(state.dir, '--no-demo');
  expect(statuses(await traced(path, eventId))).toMatchObject({ ok: 'delivered', dropped: 'dropped' });

  // The event was stored: a new filter is tried on it.
  const tried = await run.sluice(
    ...['events:filters:test', '-f', 'root = if this.n == 1 { this } else { deleted() }'],
    ...['--last', '5', '--stream', 'ticks:ok', '--stream', 'ticks:silent', '-a', 'story'],
  );
  expect(tried).toMatchObject({ code: 0 });
  expect(tried.stdout).toMatch(/\d would pass, 0 be dropped, 0 fail/);
  expect(tried.stdout).toMatch(/filter of ticks → ok now: the same for \d$/m);
  expect(tried.stdout).toMatch(/is dropped now, would pass, e\.g\. event/);

  // The event is erased everywhere that this machine can reach.
  const erased = await run.sluice('events:erase', '--event-id', eventId, '-a', 'story', '-c', 'story');
  expect(erased).toMatchObject({ code: 0 });
  expect(await traced(path, eventId)).toMatchObject({ deliveries: [] });
  const { json } = await run.api('GET', `${path}/subscriptions/ticks/kept-events`);
  expect(JSON.stringify(json)).not.toContain(eventId);
});

describe('the log', () => {
  const tails: ChildProcess[] = [];
  afterAll(() => {
    for (const tail of tails) tail.kill('SIGKILL');
  });

  function follow(app: string, ...flags: readonly string[]): { readonly output: () => string } {
    let output = '';
    const tail = spawn(process.execPath, ['bin/run.js', 'events:logs', '--tail', '-a', app, ...flags], {
      cwd: ROOT,
      env: { ...process.env, SLUICE_STATE: state.dir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    tails.push(tail);
    for (const stream of [tail.stdout, tail.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    return { output: () => output };
  }

  it('is followed: one readable line an event, of the app alone, whatever its texts hold', async () => {
    const [mine, other] = [await run.app('mine'), await run.app('other')];
    for (const { path } of [mine, other]) {
      await run.api('POST', `${path}/platforms/webhook/publications`, { name: 'hook', url: receiver.url });
    }
    const { output } = follow('mine');
    const asJson = follow('mine', '--json', '--publication', 'hook');
    const hostile = '\u202ebad "}{\\n  2026-01-01T00:00:00.000Z  ERROR  forged';
    const publish = (app: typeof mine, id: string) =>
      app.publish(
        'hook',
        { specversion: '1.0', id, source: '/test', type: 't', data: {} },
        { 'content-type': 'application/cloudevents+json' },
      );
    await until('the lines', async () => {
      expect((await publish(mine, 'first')).status).toBe(202);
      return output().includes('first') && asJson.output().includes('first');
    });
    expect((await publish(other, 'of another app')).status).toBe(202);
    expect((await publish(mine, hostile)).status).toBe(202);
    await until('the last line', async () => {
      return output().includes('forged') && asJson.output().includes('forged');
    });
    expect(output().replaceAll('\n', '')).not.toMatch(/\p{C}/u);
    for (const line of output().trimEnd().split('\n')) {
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}INFO +deliver +delivered to hook: 204 in \d+ ms/);
    }
    expect(output()).not.toContain('of another app');
    for (const line of asJson.output().trimEnd().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ code: 'DELIVERY_ATTEMPTED' });
    }
    expect(asJson.output()).not.toContain('\u001b');
    // No line twice, however often the log was read.
    const lines = asJson.output().trimEnd().split('\n');
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('ends when nobody reads it any more', async () => {
    const { publish } = await run.app('head');
    await run.api('POST', `/v1/tenants/head/platforms/webhook/publications`, {
      name: 'hook',
      url: receiver.url,
    });
    const tail = spawn(process.execPath, ['bin/run.js', 'events:logs', '--tail', '-a', 'head'], {
      cwd: ROOT,
      env: { ...process.env, SLUICE_STATE: state.dir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    tails.push(tail);
    let first = '';
    tail.stdout?.on('data', (chunk: Buffer) => {
      first += chunk.toString();
    });
    const published = async () => expect((await publish('hook', {})).status).toBe(202);
    await until('a line', async () => {
      await published();
      return first !== '';
    });
    tail.stdout?.destroy();
    const ended = once(tail, 'close');
    await until('its end', async () => {
      await published();
      return tail.exitCode !== null;
    });
    await ended;
    expect(tail.exitCode).toBe(0);
  });
});
