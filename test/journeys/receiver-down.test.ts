import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Json, LocalRun, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';
import { until } from '../support/salesforce.ts';

// A receiver is really gone (nothing listens on its port), and comes back; the process is really killed while it drains.

const LATER = 60;
const DRAIN_RATE = 20;
const state = temporaryState();
let run: LocalRun;
let receiver: Receiver;
let pager: Receiver;

beforeAll(async () => {
  [receiver, pager] = await Promise.all([startReceiver(), startReceiver()]);
  run = await LocalRun.start(state.dir, '--no-demo');
});

afterAll(async () => {
  await run.end('SIGKILL');
  await Promise.all([receiver.close(), pager.close()]);
  state.remove();
});

it('opens the breaker of a receiver that is down, keeps what comes, and sends it by age once a probe is taken', async () => {
  const { path, publish } = await run.app('shop');
  const { url } = receiver;
  await receiver.close();
  const retry = Array.from({ length: 12 }, () => '2s');
  await run.api('POST', `${path}/platforms/webhook/publications`, { name: 'hook', url, retry });
  // This is also the rate of the drain after an outage.
  await run.api('PATCH', `${path}/publications/hook`, { paused: false, drain_rate: DRAIN_RATE });
  await run.api('POST', `${path}/platforms/webhook/publications`, { name: 'pager', url: pager.url });
  const subscribed = await run.sluice(
    'events:subscriptions:sluice:create',
    'incidents',
    '--target',
    'pager',
    '-a',
    'shop',
  );
  expect(subscribed).toMatchObject({ code: 0 });
  const publication = async () => (await run.api('GET', `${path}/publications/hook`)).json;
  const breaker = async () => ((await publication())['breaker'] ?? {}) as Json;
  const deliveries = async (query: string) =>
    (await run.api('GET', `${path}/deliveries?limit=100&${query}`)).json['deliveries'] as readonly Json[];
  const ids: string[] = [];
  const send = async () => {
    const id = `event-${String(ids.length).padStart(3, '0')}`;
    expect((await publish('hook', { n: id }, { 'idempotency-key': id })).status).toBe(202);
    ids.push(id);
  };

  while ((await breaker())['state'] !== 'open') {
    if (ids.length > 40)
      throw new Error(`expected the breaker to open, found ${JSON.stringify(await publication())}`);
    await send();
    await sleep(700);
  }
  expect(await breaker()).toMatchObject({ error: { id: 'connection-refused' }, failed_probes: 0 });
  const tried = ids.length;
  for (let n = 0; n < LATER; n += 1) await send();
  await until(
    'what comes later to be parked',
    async () => (await deliveries('status=parked')).length >= LATER,
  );
  for (const each of await deliveries('status=parked')) {
    if (ids.indexOf(String(each['event_id'])) >= tried) expect(each).toMatchObject({ attempt_count: 0 });
  }
  const { stdout } = await run.sluice('events:status', '-a', 'shop');
  expect(stdout).toMatch(/hook +breaker open +open, nothing delivered since .*next probe .*connect/);

  receiver = await startReceiver(Number(new URL(url).port));
  const waitMs = Date.parse(String((await breaker())['next_probe_at'])) - Date.now();
  expect(waitMs).toBeLessThan(30_000);
  await sleep(Math.max(0, waitMs));
  expect(receiver.received).toEqual([]);
  // The probe comes before anything else.
  await until('a probe that is taken', async () => {
    if ((await breaker())['state'] === 'closed') return true;
    await send();
    await sleep(500);
    return false;
  });
  // The process starts with a schedule run, which begins to drain; the process is killed during that, twice.
  const inOrder = () => receiver.received.map(({ event }) => String(event['id']));
  for (const after of [8, 30]) {
    await run.end('SIGKILL');
    run = await LocalRun.start(state.dir, '--no-demo');
    await receiver.until((received) => received.length >= after);
  }
  await run.end('SIGKILL');
  run = await LocalRun.start(state.dir, '--no-demo');
  await receiver.until(() => new Set(inOrder()).size === ids.length, 30_000);
  // By age; those of the same second go out in parallel.
  const parked = [...new Set(inOrder())].filter((id) => ids.indexOf(id) < tried + LATER);
  for (const [place, id] of parked.entries()) {
    expect(Math.abs(place - ids.indexOf(id)), `${id} came as number ${place}`).toBeLessThan(2 * DRAIN_RATE);
  }
  await until('no delivery to be left', async () => (await deliveries('status=parked,waiting')).length === 0);
  const first = (await deliveries('status=delivered')).find((each) => each['event_id'] === ids[0]);
  expect(Number(first?.['attempt_count'])).toBeGreaterThan(1);
  await pager.until((received) => received.length >= 2);
  expect(pager.received.map(({ event }) => [event['type'], event['subject']])).toEqual([
    ['com.sluice.publication.breaker.opened', 'hook'],
    ['com.sluice.publication.breaker.closed', 'hook'],
  ]);
  expect(pager.received[1]?.event).toMatchObject({ data: { drain_rate: DRAIN_RATE } });
}, 150_000);
