import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Json, LocalRun, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';
import { until } from '../support/salesforce.ts';

// A receiver refuses events, is repaired, and they are retried: with the real CLI and a real process that is really
// killed.

const COUNT = 60;
const state = temporaryState();
let run: LocalRun;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  run = await LocalRun.start(state.dir, '--no-demo');
});

afterAll(async () => {
  await run.end('SIGKILL');
  await receiver.close();
  state.remove();
});

async function deliveries(path: string, query: string): Promise<readonly Json[]> {
  const { json } = await run.api('GET', `${path}/deliveries?${query}`);
  return json['deliveries'] as readonly Json[];
}

it.each(['structured', 'binary'])('a retried event says so, in %s mode', async (mode) => {
  const { path, publish } = await run.app(`shop-${mode}`);
  await run.api('POST', `${path}/platforms/webhook/publications`, {
    name: 'hook',
    url: receiver.url,
    content_mode: mode,
    retry: ['1s'],
  });
  receiver.answer(`of ${mode}`, 500, 500);
  expect((await publish('hook', { n: `of ${mode}` })).status).toBe(202);
  const mine = () => receiver.received.filter(({ body }) => body.includes(`of ${mode}`));
  await until('one that is given up', async () => (await deliveries(path, 'status=exhausted')).length === 1);
  // Events that the schedule has retried by itself are not marked.
  for (const { headers, event } of mine()) {
    expect(Object.keys(headers)).not.toContain('sluice-replayed');
    expect(Object.keys(headers)).not.toContain('ce-replayed');
    expect(Object.keys(event)).not.toContain('replayed');
  }

  const { stderr } = await run.sluice('events:deliveries:retry', '--all', '-a', `shop-${mode}`);
  expect(stderr).toContain('1 delivery matches');
  await until('the retry', async () => mine().length === 3);
  const { headers, event } = mine()[2]!;
  expect(headers['sluice-replayed']).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect(mode === 'binary' ? headers['ce-replayed'] : event['replayed']).toBe(headers['sluice-replayed']);

  await until('its end', async () => (await deliveries(path, 'status=delivered')).length === 1);
  const [delivery] = await deliveries(path, 'status=delivered');
  const info = await run.sluice('events:deliveries:info', String(delivery?.['id']), '-a', `shop-${mode}`);
  expect(info.stdout).toContain(String(delivery?.['replayed_at']));
  expect(delivery?.['replayed_at']).toBe(headers['sluice-replayed']);
  const { json } = await run.api('GET', `${path}/redrives`);
  const [redrive] = json['redrives'] as readonly Json[];
  expect(redrive).toMatchObject({ state: 'done', done: 1, skipped: 0 });
  expect(delivery?.['redrive']).toBe(redrive?.['id']);
  expect(info.stdout).toContain(String(redrive?.['id']));
});

it('what a redrive has planned is sent after the process was killed in the midst of it', async () => {
  const { path, publish } = await run.app('survivor');
  await run.api('POST', `${path}/platforms/webhook/publications`, {
    name: 'hook',
    url: receiver.url,
    retry: ['1s'],
  });
  const texts = Array.from({ length: COUNT }, (_, n) => `survivor ${n}.`);
  for (const text of texts) {
    receiver.answer(text, 500, 500);
    expect((await publish('hook', { n: text })).status).toBe(202);
  }
  await until('all to be given up', async () => {
    return (await deliveries(path, `status=exhausted&limit=${COUNT}`)).length === COUNT;
  });
  const { status } = await run.api('POST', `${path}/redrives`, { action: 'retry', filter: {}, rate: 10 });
  expect(status).toBe(201);
  const replayed = () => receiver.received.filter(({ event }) => event['replayed'] !== undefined);
  const sent = (text: string) => replayed().some(({ body }) => body.includes(text));
  await until('a first one', async () => texts.some(sent));
  await run.end('SIGKILL');
  run = await LocalRun.start(state.dir, '--no-demo');
  await receiver.until(() => texts.every(sent), 60_000);
});
