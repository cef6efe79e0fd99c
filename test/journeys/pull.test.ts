import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Json, LocalRun, publisher, temporaryState } from '../support/local-run.ts';

// Real HTTP against the local run. A pulled publication gets its events from publishes, and from a generator's stream.

const curl = promisify(execFile);
const state = temporaryState();
let run: LocalRun;
let path: string;
let publish: ReturnType<typeof publisher>;
let subscribeUrl: string;
let apps = 0;

beforeAll(async () => {
  run = await LocalRun.start(state.dir, '--no-demo');
});

afterAll(async () => {
  await run.end('SIGKILL');
  state.remove();
});

beforeEach(async () => {
  apps += 1;
  const { json } = await run.api('POST', '/v1/apps', { name: `puller-${apps}` });
  path = `/v1/tenants/${String(json['id'])}`;
  publish = publisher(String(json['publish_url']));
  subscribeUrl = String(json['subscribe_url']);
});

interface Pulled {
  readonly id: string;
  readonly receipt: string;
  readonly attempt: number;
  readonly event: Json;
}

/** `GET` or `POST` at the subscribe URL, as a client does that takes user and password from the URL. */
async function ask(
  target: string,
  receipts?: readonly string[],
): Promise<{ status: number; text: string; type: string }> {
  const { username, password, origin } = new URL(subscribeUrl);
  const headers = { authorization: `Basic ${btoa(`${username}:${password}`)}` };
  const body = receipts === undefined ? undefined : JSON.stringify({ receipts });
  const response = await fetch(`${origin}/${target}`, {
    headers,
    ...(body !== undefined && { method: 'POST', body }),
  });
  return {
    status: response.status,
    text: await response.text(),
    type: response.headers.get('content-type') ?? '',
  };
}

async function pull(target: string): Promise<Pulled[]> {
  const { status, text } = await ask(`${target}${target.includes('?') ? '&' : '?'}ack=required`);
  expect([status, text.slice(0, 200)]).toEqual([200, expect.any(String)]);
  return (JSON.parse(text) as { deliveries: Pulled[] }).deliveries;
}

async function makePull(name: string, more: object = {}): Promise<void> {
  expect((await run.api('POST', `${path}/platforms/pull/publications`, { name, ...more })).status).toBe(201);
}

async function publishNumbered(name: string, count: number): Promise<void> {
  for (let start = 0; start < count; start += 500) {
    const events = Array.from({ length: Math.min(500, count - start) }, (_, n) => ({
      specversion: '1.0',
      id: `e-${start + n}`,
      source: '/test',
      type: 'test',
      data: { n: start + n },
    }));
    const { status } = await publish(name, events, { 'content-type': 'application/cloudevents-batch+json' });
    expect(status).toBe(202);
  }
}

async function backlog(name: string): Promise<number> {
  const { json } = await run.api('GET', `${path}/publications/${name}`);
  return Number((json['backlog'] as Json)['count']);
}

async function until(isDone: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  const endsAtMs = Date.now() + withinMs;
  while (!(await isDone())) {
    if (Date.now() > endsAtMs) throw new Error('expected it to happen in time');
    await sleep(50);
  }
}

describe('the pilot’s way', () => {
  it('takes one event by curl, oldest first, and is answered without a body when there is none', async () => {
    await run.api('POST', `${path}/platforms/generate/subscriptions`, {
      name: 'ticks',
      interval: '1d',
      mapping: 'root = {}',
    });
    const first = await curl('curl', ['-s', '-w', '%{http_code}', `${subscribeUrl}/ticks`]);
    expect(first.stdout).toBe('204');
    // The request created it: from now on the subscription's events wait in it.
    const { json } = await run.api('GET', `${path}/publications/ticks`);
    expect(json).toMatchObject({ platform: 'pull', sources: [{ name: 'ticks' }], backlog: { count: 0 } });
    await publish('ticks', '{"big":9007199254740993}');
    await publish('ticks', '{"big":0}');
    const { stdout } = await curl('curl', ['-s', `${subscribeUrl}/ticks?wait=20`]);
    // The number is exact, which JSON.parse would not show.
    expect(stdout).toContain('"data":{"big":9007199254740993}');
    expect(JSON.parse(stdout)).toMatchObject({ specversion: '1.0', subject: expect.any(String) });
    const { json: history } = await run.api('GET', `${path}/deliveries?status=delivered`);
    expect(history['deliveries']).toMatchObject([{ attempt_count: 1, publication: { name: 'ticks' } }]);
    const batch = await ask('ticks?max=10');
    expect(batch).toMatchObject({ status: 200, type: 'application/cloudevents-batch+json' });
    expect(JSON.parse(batch.text)).toMatchObject([{ data: { big: 0 } }]);
    expect(JSON.parse((await ask('ticks?max=10')).text)).toEqual([]);
  });
});

describe('beside a listener', () => {
  it('gives what it gave before, and nothing of the listener', async () => {
    await run.api('POST', `${path}/platforms/generate/subscriptions`, {
      name: 'ticks',
      interval: '1d',
      mapping: 'root = {}',
    });
    const { status } = await run.api('POST', `${path}/listeners/ada/sessions`, { by: 'ada@laptop' });
    expect(status).toBe(201);
    expect((await ask('ticks')).status).toBe(204);
    await publish('ada', '{}');
    expect((await ask('ticks')).status).toBe(204);
    expect(await ask('ada')).toMatchObject({ status: 409, text: expect.stringContaining('events:listen') });
  });
});

describe('pulling with acknowledgements', () => {
  it('waits for an event, and gives it within a second of its arrival', async () => {
    await makePull('orders');
    const asked = pull('orders?wait=15');
    await sleep(1_200);
    const publishedAtMs = Date.now();
    await publish('orders', { n: 1 });
    expect(await asked).toMatchObject([{ attempt: 1, event: { data: { n: 1 } } }]);
    expect(Date.now() - publishedAtMs).toBeLessThan(2_000);
  });

  it('ends what is acknowledged, and gives again what is not', async () => {
    await makePull('orders', { visibility_seconds: 1 });
    await publishNumbered('orders', 3);
    await until(async () => (await backlog('orders')) === 3);
    const taken = await pull('orders?max=2');
    expect(taken).toHaveLength(2);
    expect(await pull('orders?max=10')).toHaveLength(1);
    const [kept, lapsed] = taken;
    const answer = await ask('orders/ack', [kept!.receipt]);
    expect(JSON.parse(answer.text)).toEqual({
      acknowledged: 1,
      results: [{ receipt: kept!.receipt, result: 'acknowledged' }],
    });
    // The answer may have been lost: acknowledging twice is as good as once.
    expect((await ask('orders/ack', [kept!.receipt])).text).toBe(answer.text);
    const again = await pull('orders?max=10&wait=5');
    expect(again.map(({ attempt }) => attempt)).toEqual(again.map(() => 2));
    await until(async () => {
      again.push(...(await pull('orders?max=10')));
      return again.some(({ id }) => id === lapsed!.id);
    });
    const { id, receipt } = again.find((each) => each.id === lapsed!.id)!;
    expect(receipt).not.toBe(lapsed!.receipt);
    expect(JSON.parse((await ask('orders/ack', [lapsed!.receipt])).text)).toMatchObject({
      acknowledged: 0,
      results: [{ result: 'gone' }],
    });
    expect(JSON.parse((await ask('orders/ack', [receipt])).text)).toMatchObject({ acknowledged: 1 });
    const { json } = await run.api('GET', `${path}/deliveries/${id}`);
    expect(json).toMatchObject({
      status: 'delivered',
      attempts: [
        { error_id: 'not-acknowledged' },
        expect.not.objectContaining({ error_id: expect.anything() }),
      ],
    });
  });

  it('gives a delivery to one of many pullers at a time', async () => {
    await makePull('orders');
    await publishNumbered('orders', 400);
    await until(async () => (await backlog('orders')) === 400);
    const taken: string[] = [];
    const puller = async () => {
      for (;;) {
        const some = await pull('orders?max=7');
        if (some.length === 0) return;
        taken.push(...some.map(({ event }) => String(event['id'])));
      }
    };
    await Promise.all(Array.from({ length: 8 }, puller));
    // A puller that lost all of the oldest events to others is told that there are none, and asks again.
    await puller();
    expect(taken).toHaveLength(400);
    expect(new Set(taken).size).toBe(400);
  });

  it('gives what was taken before a kill -9 again, and loses nothing', async () => {
    await makePull('orders', { visibility_seconds: 2 });
    await publishNumbered('orders', 20);
    await until(async () => (await backlog('orders')) === 20);
    const before = await pull('orders?max=12');
    await ask(
      'orders/ack',
      before.slice(0, 5).map(({ receipt }) => receipt),
    );
    const port = new URL(run.origin).port;
    await run.end('SIGKILL');
    run = await LocalRun.start(state.dir, '--no-demo', '--port', port);
    const seen = new Set(before.slice(0, 5).map(({ id }) => id));
    await until(async () => {
      const some = await pull('orders?max=100&wait=1');
      const { text } = await ask('orders/ack', [...some.map(({ receipt }) => receipt), 'x']);
      expect(JSON.parse(text)).toMatchObject({ acknowledged: some.length });
      for (const { id } of some) {
        expect(seen.has(id)).toBe(false);
        seen.add(id);
      }
      return seen.size === 20;
    });
    expect(await backlog('orders')).toBe(0);
  });

  it('takes receipts of its own app and publication only', async () => {
    await makePull('orders');
    await makePull('others');
    await publishNumbered('orders', 1);
    await until(async () => (await backlog('orders')) === 1);
    const [{ receipt, id } = { receipt: '', id: '' }] = await pull('orders');
    const hostile = [
      `${id}.${'A'.repeat(22)}`,
      `${id}.`,
      id,
      '',
      receipt.toUpperCase(),
      `${receipt}A`,
      '../../etc/passwd',
      `${id}#RECORD.${'A'.repeat(22)}`,
      'x'.repeat(5_000),
    ];
    const { status, text } = await ask('orders/ack', hostile);
    expect([status, JSON.parse(text)]).toMatchObject([200, { acknowledged: 0 }]);
    expect(JSON.parse((await ask('others/ack', [receipt])).text)).toMatchObject({ acknowledged: 0 });
    const mine = subscribeUrl;
    const { json } = await run.api('POST', '/v1/apps', { name: `thief-${apps}` });
    subscribeUrl = String(json['subscribe_url']);
    const theirs = `/v1/tenants/${String(json['id'])}`;
    await run.api('POST', `${theirs}/platforms/pull/publications`, { name: 'orders' });
    expect(JSON.parse((await ask('orders/ack', [receipt])).text)).toMatchObject({ acknowledged: 0 });
    subscribeUrl = mine;
    expect(JSON.parse((await ask('orders/ack', [receipt])).text)).toMatchObject({ acknowledged: 1 });
  });
});

describe('what is kept', () => {
  it('is bounded: the oldest ends as exhausted with the reason, and can be had again', async () => {
    await makePull('orders', { max_count: 5 });
    for (let n = 0; n < 8; n += 1) {
      await publish('orders', { n }, { 'idempotency-key': `n-${n}` });
      await until(
        async () =>
          (await run.api('GET', `${path}/deliveries?event_id=n-${n}`)).json['scanned'] !== 0 &&
          (await found(`n-${n}`)),
      );
    }
    expect(await backlog('orders')).toBe(5);
    const { json } = await run.api('GET', `${path}/deliveries?status=exhausted`);
    expect(json['deliveries']).toMatchObject(
      [2, 1, 0].map((n) => ({ event_id: `n-${n}`, last_error: { id: 'backlog-full' } })),
    );
    const [{ id } = { id: '' }] = json['deliveries'] as { id: string }[];
    await run.api('POST', `${path}/deliveries/${id}/retry`);
    await until(async () => (await backlog('orders')) === 6);
    const events = (await pull('orders?max=10')).map(({ event }) => event);
    expect(events.map((event) => event['id'])).toEqual(['n-2', 'n-3', 'n-4', 'n-5', 'n-6', 'n-7']);
    // It came long after it happened, and says so.
    expect(events[0]).toHaveProperty('replayed');
  });

  async function found(eventId: string): Promise<boolean> {
    const { json } = await run.api('GET', `${path}/deliveries?event_id=${eventId}`);
    return (json['deliveries'] as readonly unknown[]).length > 0;
  }

  it('stays while the publication is paused, and goes with it when it is deleted', async () => {
    await makePull('orders');
    await publishNumbered('orders', 2);
    await until(async () => (await backlog('orders')) === 2);
    await run.api('PATCH', `${path}/publications/orders`, { paused: true });
    await until(async () => (await ask('orders')).status === 409, 15_000).catch(() => undefined);
    expect(JSON.parse((await ask('orders')).text)).toMatchObject({ id: 'publication-not-active' });
    await run.api('PATCH', `${path}/publications/orders`, { paused: false });
    expect((await run.api('DELETE', `${path}/publications/orders`)).status).toBe(200);
    const { json } = await run.api('GET', `${path}/deliveries`);
    expect((json['deliveries'] as Json[]).map(({ status }) => status)).toEqual(
      expect.arrayContaining(['discarded']),
    );
    expect((json['deliveries'] as Json[]).some(({ status }) => status === 'available')).toBe(false);
  }, 60_000);

  it('is discarded and erased as any delivery', async () => {
    await makePull('orders');
    await publishNumbered('orders', 3);
    await until(async () => (await backlog('orders')) === 3);
    const [one, two] = await pull('orders?max=2');
    await run.api('DELETE', `${path}/deliveries/${one!.id}`);
    expect(JSON.parse((await ask('orders/ack', [one!.receipt])).text)).toMatchObject({ acknowledged: 0 });
    await run.api('POST', `${path}/erasures`, { by: 'event-id', value: two!.event['id'] });
    await until(async () => (await run.api('GET', `${path}/deliveries/${two!.id}`)).status === 404);
    expect(JSON.parse((await ask('orders/ack', [two!.receipt])).text)).toMatchObject({ acknowledged: 0 });
    expect(await backlog('orders')).toBe(1);
  });

  it('is taken at a steady speed, however much of it there is', async () => {
    await makePull('orders');
    await publishNumbered('orders', 10_000);
    await until(async () => (await backlog('orders')) === 10_000, 120_000);
    let count = 0;
    let slowestMs = 0;
    for (;;) {
      const askedAtMs = Date.now();
      const some = await pull('orders?max=100');
      if (some.length === 0) break;
      await ask(
        'orders/ack',
        some.map(({ receipt }) => receipt),
      );
      slowestMs = Math.max(slowestMs, Date.now() - askedAtMs);
      count += some.length;
    }
    expect(count).toBe(10_000);
    // The last hundred take as long as the first; a scan of what was taken would be slower.
    expect(slowestMs).toBeLessThan(5_000);
  }, 240_000);
});

describe('a wrong request', () => {
  it.each([
    ['orders?max=0', 400, /whole number from 1 to 100/],
    ['orders?max=101', 400, /whole number from 1 to 100/],
    ['orders?wait=21', 400, /seconds from 0 to 20/],
    ['orders?ack=yes', 400, /"required"/],
    ['orders?limit=5', 400, /max, wait, ack/],
    ['nothing-of-the-kind', 404, /name of a subscription/],
    ['a/b/c', 404, /expected the path/],
    ['orders/ack', 405, /expected POST/],
  ])('%s is answered %i', async (target, status, message) => {
    await makePull('orders');
    const answer = await ask(target);
    expect([answer.status, answer.type]).toEqual([status, 'application/problem+json']);
    expect(JSON.parse(answer.text)).toMatchObject({ message: expect.stringMatching(message) });
  });

  it('with publish credentials takes nothing, and with subscribe credentials publishes nothing', async () => {
    await makePull('orders');
    expect((await publish('orders', { n: 1 })).status).toBe(202);
    await until(async () => (await backlog('orders')) === 1);
    expect((await ask('orders', undefined)).status).toBe(200);
    expect((await publisher(subscribeUrl)('orders', { n: 2 })).status).toBe(403);
  });

  it('that acknowledges says what it expected', async () => {
    await makePull('orders');
    for (const receipts of [[], Array.from({ length: 101 }, () => 'x')]) {
      expect((await ask('orders/ack', receipts)).status).toBe(400);
    }
  });

  it('names the publications where a subscription has several', async () => {
    await run.api('POST', `${path}/platforms/generate/subscriptions`, {
      name: 'ticks',
      interval: '1d',
      mapping: 'root = {}',
    });
    const made = await run.sluice(
      'events:publications:pull:create',
      'all',
      '-s',
      'ticks',
      '-a',
      `puller-${apps}`,
    );
    expect([made.code, made.stderr]).toEqual([0, expect.any(String)]);
    await makePull('some', { source: 'ticks', filter: 'root = deleted()' });
    const answer = await ask('ticks');
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      409,
      { message: expect.stringContaining('all, some') },
    ]);
    expect((await ask('all')).status).toBe(204);
  });
});
