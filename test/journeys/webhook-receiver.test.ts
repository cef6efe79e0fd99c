import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalRun, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';
import { until } from '../support/salesforce.ts';

const state = temporaryState();
let run: LocalRun;
let receiver: Receiver;

beforeAll(async () => {
  run = await LocalRun.start(state.dir, '--no-demo');
  receiver = await startReceiver();
});

afterAll(async () => {
  await receiver.close();
  await run.end('SIGKILL');
  state.remove();
});

describe('a webhook receiver of your own', () => {
  it('gets a CloudEvent that the Standard Webhooks library verifies, with the token it asked for', async () => {
    const app = await run.app('receiver-app');
    const { json } = await run.api('POST', `${app.path}/platforms/webhook/publications`, {
      name: 'mine',
      url: receiver.url,
      token: 'let-me-in',
    });
    const response = await app.publish('mine', '{"order":1736877279422521345}', {
      'idempotency-key': 'order-1',
    });
    expect(response.status).toBe(202);
    await receiver.until((received) => received.length === 1);
    const [event] = receiver.received;
    expect(event?.headers).toMatchObject({
      'content-type': 'application/cloudevents+json',
      authorization: 'Bearer let-me-in',
    });
    expect(event?.event).toMatchObject({ specversion: '1.0', id: 'order-1', subject: 'mine' });
    expect(event?.body).toContain('"order":1736877279422521345');
    expect(
      new Webhook(String(json['signing_secret'])).verify(event?.body ?? '', event?.headers ?? {}),
    ).toBeTruthy();
  });

  it('is told of a new signing secret before the former one ends, and gets events in batches', async () => {
    const app = await run.app('rotating-app');
    const path = `${app.path}/publications/rotating`;
    const created = await run.api('POST', `${app.path}/platforms/webhook/publications`, {
      name: 'rotating',
      url: receiver.url,
      content_mode: 'batch',
      batch_wait_ms: 500,
      batch_size: 3,
      headers: ['X-Api-Key: let-me-in'],
    });
    const rotated = await run.api('POST', `${path}/secret`, {});
    receiver.received.splice(0);
    await Promise.all(
      [1, 2, 3].map((n) => app.publish('rotating', { n }, { 'idempotency-key': `batch-${n}` })),
    );
    // One batch of the three, unless this machine is too busy to accept them within half a second.
    const idsOf = () =>
      receiver.received.flatMap(({ body }) => JSON.parse(body).map((event: { id: unknown }) => event.id));
    await receiver.until(() => idsOf().length === 3);
    expect(new Set(idsOf())).toEqual(new Set(['batch-1', 'batch-2', 'batch-3']));
    const [request] = receiver.received;
    expect(request?.headers).toMatchObject({
      'content-type': 'application/cloudevents-batch+json',
      'x-api-key': 'let-me-in',
    });
    for (const { json } of [created, rotated]) {
      const webhook = new Webhook(String(json['signing_secret']));
      expect(() => webhook.verify(request?.body ?? '', request?.headers ?? {})).not.toThrow();
    }
  });

  it('gets what was parked in the content mode that the publication has now', async () => {
    const app = await run.app('changing-app');
    const path = `${app.path}/publications/changing`;
    await run.api('POST', `${app.path}/platforms/webhook/publications`, {
      name: 'changing',
      url: receiver.url,
    });
    await run.api('PATCH', path, { paused: true });
    await app.publish('changing', '{"n":1}', { 'idempotency-key': 'parked' });
    await until('a parked delivery', async () => {
      const { json } = await run.api('GET', `${app.path}/deliveries?status=parked`);
      return (json['deliveries'] as unknown[]).length === 1;
    });
    receiver.received.splice(0);
    const updated = await run.sluice(
      ...['events:publications:update', 'changing', '--content-mode', 'binary', '-a', 'changing-app'],
    );
    expect(updated.code).toBe(0);
    // A running worker may cache the former mode for 5 s.
    await sleep(5_500);
    const resumed = await run.sluice('events:publications:resume', 'changing', '-a', 'changing-app');
    expect(resumed.code).toBe(0);
    await receiver.until((received) => received.length === 1);
    const [request] = receiver.received;
    expect(request?.headers).toMatchObject({ 'ce-id': 'parked', 'content-type': 'application/json' });
    expect(request?.body).toBe('{"n":1}');
  });

  it('gets an event once more after each failure, with growing delay, and the CLI lists the attempts', async () => {
    const app = await run.app('retry-app');
    await run.api('POST', `${app.path}/platforms/webhook/publications`, {
      name: 'flaky',
      url: receiver.url,
      retry: ['1s', '3s', '8s'],
    });
    receiver.received.splice(0);
    receiver.script.push(500, 500, 500);
    await app.publish('flaky', { n: 1 }, { 'idempotency-key': 'once' });
    await receiver.until((received) => received.length === 4, 60_000);
    const times = receiver.received.map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    expect(gaps[1]).toBeGreaterThan(gaps[0] ?? 0);
    expect(gaps[2]).toBeGreaterThan(gaps[1] ?? 0);
    expect(new Set(receiver.received.map(({ event }) => event['id']))).toEqual(new Set(['once']));
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);

    const listed = await run.sluice('events:deliveries', '-a', 'retry-app', '--json');
    const [delivery] = JSON.parse(listed.stdout) as { id: string; status: string; attempt_count: number }[];
    expect(delivery).toMatchObject({ status: 'delivered', attempt_count: 4 });
    const shown = await run.sluice('events:deliveries:info', delivery?.id ?? '', '-a', 'retry-app');
    expect(shown.stdout.match(/\b500\b/g)?.length).toBeGreaterThanOrEqual(3);
    expect(shown.stdout).toMatch(/\b204\b/);
  });

  it('is shown as unreachable when nobody listens, and a retry by hand delivers once it does', async () => {
    const app = await run.app('dead-app');
    const gone = await startReceiver();
    await gone.close();
    await run.api('POST', `${app.path}/platforms/webhook/publications`, {
      name: 'dead',
      url: gone.url,
      retry: ['1h'],
    });
    await app.publish('dead', { n: 1 });
    let id = '';
    for (let tries = 0; id === '' && tries < 100; tries += 1) {
      const { json } = await run.api('GET', `${app.path}/deliveries?status=waiting`);
      id = String((json['deliveries'] as { id?: string }[])[0]?.id ?? '');
      await sleep(100);
    }
    const shown = await run.api('GET', `${app.path}/deliveries/${id}`);
    expect(shown.json).toMatchObject({ status: 'waiting', attempts: [{ error_id: 'connection-refused' }] });
    await run.api('PATCH', `${app.path}/publications/dead`, { url: receiver.url });
    receiver.received.splice(0);
    // A running worker may cache the former URL for some seconds.
    await sleep(5_500);
    const retried = await run.sluice('events:deliveries:retry', id, '-a', 'dead-app');
    expect(retried.code).toBe(0);
    await receiver.until((received) => received.length === 1);
  });
});
