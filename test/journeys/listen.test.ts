import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verify } from '../../clients/node/src/index.ts';
import { ConnectionProxy } from '../support/connection-proxy.ts';
import { type Json, LocalRun, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';
import { listenOnLoopback, stopServer } from '../support/loopback-server.ts';
import { until } from '../support/salesforce.ts';

// Real processes: the local run, the command as a person types it, a receiver over real HTTP, and a proxy for the TCP
// connections between the command and the service.

const RUN = resolve(import.meta.dirname, '../../bin/run.js');
const state = temporaryState();
let run: LocalRun;
let receiver: Receiver;
let path: string;
let publish: Awaited<ReturnType<LocalRun['app']>>['publish'];
let app: string;
let apps = 0;
const started: Listener[] = [];

beforeAll(async () => {
  run = await LocalRun.start(state.dir, '--no-demo');
});

afterAll(async () => {
  await run.end('SIGKILL');
  state.remove();
});

beforeEach(async () => {
  apps += 1;
  app = `laptop-${apps}`;
  receiver = await startReceiver();
  ({ path, publish } = await run.app(app));
});

afterEach(async () => {
  for (const listener of started.splice(0)) await listener.end('SIGKILL');
  await receiver.close();
});

/** `sluice events:listen …` in the folder of the run. */
class Listener {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.process = spawn(process.execPath, [RUN, 'events:listen', ...args, '-a', app], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: state.dir, NO_COLOR: '1', SLUICE_STATE: state.dir, ...env },
    });
    this.process.stdout?.on('data', (chunk) => {
      this.stdout += String(chunk);
    });
    this.process.stderr?.on('data', (chunk) => {
      this.stderr += String(chunk);
    });
    started.push(this);
  }

  /** Waits until its output matches. */
  async says(pattern: RegExp, withinMs = 30_000): Promise<RegExpExecArray> {
    const endsAtMs = Date.now() + withinMs;
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match !== null) return match;
      if (Date.now() > endsAtMs)
        throw new Error(`expected ${pattern}, found:\n${this.stdout}\n${this.stderr}`);
      await sleep(20);
    }
  }

  lines(): Json[] {
    return this.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Json);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'close');
      this.process.kill('SIGCONT');
      this.process.kill(signal);
      await ended;
    }
    return this.process.exitCode;
  }

  async ended(): Promise<number | null> {
    if (this.process.exitCode === null) await once(this.process, 'close');
    return this.process.exitCode;
  }
}

async function listen(name: string, ...more: readonly string[]): Promise<Listener> {
  const listener = new Listener([name, '--forward', receiver.url, '--json', ...more]);
  await listener.says(/"kind":"listening"/);
  return listener;
}

const numberOf = ({ event }: { readonly event: Json }) => Number((event['data'] as Json)['n']);

describe('as production', () => {
  it('sends the body, the headers and the signature of a webhook publication', async () => {
    await run.api('POST', `${path}/platforms/webhook/subscriptions`, { name: 'orders', verify: 'none' });
    const listener = await listen('ada');
    const { secret, sources } = listener.lines()[0] ?? {};
    expect(sources).toMatchObject([{ name: 'orders', filter: null }]);
    const hook = await startReceiver();
    const { json } = await run.api('POST', `${path}/platforms/webhook/publications`, {
      name: 'hook',
      url: hook.url,
      source: 'orders',
    });
    const { json: subscription } = await run.api('GET', `${path}/subscriptions/orders`);
    const posted = await fetch(String(subscription['inbound_url']), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"big":9007199254740993,"text":"é\\u2028"}',
    });
    expect(posted.status).toBe(202);
    await receiver.until((received) => received.length === 1);
    await hook.until((received) => received.length === 1);
    const [mine, theirs] = [receiver.received[0]!, hook.received[0]!];
    expect(mine.body).toBe(theirs.body);
    expect(Object.keys(mine.headers).toSorted()).toEqual(Object.keys(theirs.headers).toSorted());
    for (const name of ['user-agent', 'content-type', 'content-length', 'connection']) {
      expect([name, mine.headers[name]]).toEqual([name, theirs.headers[name]]);
    }
    for (const [received, key] of [
      [mine, secret],
      [theirs, json['signing_secret']],
    ] as const) {
      const { headers, body } = received;
      expect(verify({ headers, body: Buffer.from(body) }, String(key))).toMatchObject({
        id: headers['webhook-id'],
      });
    }
    await hook.close();
    expect(await listener.end('SIGTERM')).toBe(0);
    // It prints the same secret the next time, so that the receiver's settings stay valid.
    const again = await listen('ada');
    expect(again.lines()[0]).toMatchObject({ secret });
    expect(again.lines()[0]).not.toHaveProperty('taken_from');
  });

  it('tries an event again until it is taken, with what the receiver answered; those behind it wait', async () => {
    const listener = await listen('ada');
    receiver.script.push(500, 404);
    await publish('ada', { n: 1 });
    await publish('ada', { n: 2 });
    await receiver.until((received) => received.length === 4);
    expect(receiver.received.map(numberOf)).toEqual([1, 1, 1, 2]);
    const attempts = () => listener.lines().filter(({ kind }) => kind === 'attempt');
    await listener.says(/"attempt":3/);
    expect(attempts().slice(0, 3)).toMatchObject([
      { outcome: 'failed', status: 500, attempt: 1, retry_in_ms: 1_000 },
      { outcome: 'failed', status: 404, attempt: 2, retry_in_ms: 2_000 },
      { outcome: 'taken', status: 204, attempt: 3 },
    ]);
    await receiver.close();
    await publish('ada', { n: 3 });
    await listener.says(/nothing listens on 127/);
    expect(await listener.end('SIGTERM')).toBe(0);
    receiver = await startReceiver();
    receiver.script.push(500, 500);
    await publish('ada', { n: 4 });
    const skipping = await listen('ada', '--skip-after', '2');
    await receiver.until((received) => received.length === 3);
    expect(receiver.received.map(numberOf)).toEqual([3, 3, 4]);
    expect(await skipping.end('SIGTERM')).toBe(0);
    const { json } = await run.api('GET', `${path}/deliveries?status=discarded`);
    expect(json['deliveries']).toMatchObject([{ last_error: { id: 'skipped' } }]);
  });
});

describe('one session a name', () => {
  it('is taken over: the older one says by whom, and ends with a code of its own', async () => {
    const older = await listen('ada');
    const newer = await listen('ada');
    expect(newer.lines()[0]).toMatchObject({ taken_from: { by: expect.stringContaining('@') } });
    expect(await older.ended()).toBe(3);
    expect(older.stderr.replaceAll(/\s+(› +)?/g, ' ')).toMatch(/taken over by \S+@\S+ at 2/);
    await publish('ada', { n: 1 });
    await receiver.until((received) => received.length === 1);
    await sleep(300);
    expect(receiver.received).toHaveLength(1);
  });

  it('that slept while another took over forwards nothing of what it had at hand', async () => {
    // The first event keeps failing, so that the listener holds all of them.
    receiver.answer('"n":0', ...Array.from({ length: 500 }, () => 500));
    const older = await listen('ada');
    for (let n = 0; n < 20; n += 1) await publish('ada', { n });
    await older.says(/"attempt":2/);
    older.process.kill('SIGSTOP');
    const other = await startReceiver();
    const newer = new Listener(['ada', '--forward', other.url, '--json']);
    await other.until((received) => received.length === 20);
    const before = receiver.received.length;
    older.process.kill('SIGCONT');
    expect(await older.ended()).toBe(3);
    // One attempt may have been in flight when it was stopped.
    expect(receiver.received.slice(before).filter((each) => numberOf(each) > 0)).toEqual([]);
    expect(await newer.end('SIGTERM')).toBe(0);
    await other.close();
  });
});

describe('what is left behind', () => {
  it('is nothing of a listener without a name, and of one that is removed', async () => {
    const listener = new Listener(['--forward', receiver.url]);
    const [, name = ''] = await listener.says(/^(listen-\S+) forwards/m);
    expect((await run.api('GET', `${path}/publications/${name}`)).status).toBe(200);
    expect(await listener.end('SIGTERM')).toBe(0);
    expect((await run.api('GET', `${path}/publications/${name}`)).status).toBe(404);
    const named = await listen('ada');
    await publish('ada', { n: 1 });
    await receiver.until((received) => received.length === 1);
    const removal = await run.sluice('events:listen', 'ada', '--remove', '-a', app);
    expect(removal).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/Removing listener ada\.\.\. done/),
    });
    expect(await named.ended()).toBe(1);
    expect(named.stderr).toContain('is gone');
    expect((await run.api('GET', `${path}/publications`)).json).toEqual([]);
    expect((await run.api('GET', `${path}/listeners`)).json).toEqual({ listeners: [] });
  });
});

/** A receiver that records which events it was asked about, and which of them it accepted. */
class Ledger implements AsyncDisposable {
  readonly asked: number[] = [];
  readonly taken = new Set<number>();
  /** The statuses of the next answers; 204 after that. */
  readonly failing: number[] = [];
  /** The delay before its answer. */
  delayMs = 0;
  url = '';
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  static async open(): Promise<Ledger> {
    const ledger = new Ledger();
    ledger.url = await listenOnLoopback(ledger.#server);
    return ledger;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return stopServer(this.#server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { data } = JSON.parse(await text(request)) as { data: { n: number } };
    this.asked.push(data.n);
    await sleep(this.delayMs);
    const status = this.failing.shift() ?? 204;
    // Recorded before the answer leaves: its reader may report to the service at once.
    if (status === 204) this.taken.add(data.n);
    response.writeHead(status).end();
  }
}

describe('the ledger', () => {
  it('has no event acknowledged that its receiver has not answered', async () => {
    await using ledger = await Ledger.open();
    ledger.delayMs = 2_500;
    const listener = new Listener(['ada', '--forward', ledger.url, '--json']);
    await listener.says(/"kind":"listening"/);
    for (const n of [0, 1]) await publish('ada', { n });
    await until('the first to be asked', async () => ledger.asked.length === 1);
    const waiting = async () => (await run.api('GET', `${path}/listeners/ada`)).json['waiting'];
    await sleep(1_500);
    expect(await waiting()).toBe(2);
    await until('the first to be acknowledged', async () => (await waiting()) === 1);
    expect(ledger.taken).toEqual(new Set([0]));
    ledger.delayMs = 0;
    await until('the second to be acknowledged', async () => (await waiting()) === 0);
    expect(ledger.taken).toEqual(new Set([0, 1]));
  });

  it('has every event at least once, in order, and none acknowledged before it was taken, whatever dies or sleeps', async () => {
    const COUNT = 400;
    await using ledger = await Ledger.open();
    const origin = new URL(run.origin);
    await using proxy = await ConnectionProxy.start(origin.host);
    const through = { SLUICE_API_URL: `http://${proxy.address}`, SLUICE_TOKEN: run.adminToken };
    const start = async () => {
      const listener = new Listener(['ada', '--forward', ledger.url, '--json'], through);
      await listener.says(/"kind":"listening"/);
      return listener;
    };
    let listener = await start();
    let published = 0;
    const publishing = (async () => {
      while (published < COUNT) {
        try {
          const response = await publish('ada', { n: published }, { 'idempotency-key': `n-${published}` });
          if (response.status === 202) published += 1;
        } catch {
          // The service is being killed: the same event is published again.
        }
        await sleep(15);
      }
    })();
    const progress = (count: number) =>
      until(`${count} events`, async () => ledger.taken.size >= count, 60_000);

    await progress(30);
    // The laptop sleeps.
    listener.process.kill('SIGSTOP');
    await sleep(4_000);
    listener.process.kill('SIGCONT');
    await progress(80);
    // The receiver fails for a while.
    ledger.failing.push(500, 503, 429);
    await progress(120);
    // The command is killed, and comes back.
    await listener.end('SIGKILL');
    expect((await delivered()).filter((n) => !ledger.taken.has(n))).toEqual([]);
    await sleep(1_000);
    listener = await start();
    await progress(180);
    // The network forgets its connections, then drops them.
    proxy.forgetConnections();
    await sleep(1_500);
    proxy.redirect('127.0.0.1:9');
    await sleep(2_500);
    proxy.redirect(origin.host);
    await progress(240);
    // The service is killed.
    await run.end('SIGKILL');
    await sleep(500);
    run = await LocalRun.start(state.dir, '--no-demo', '--port', origin.port);
    await progress(COUNT);
    await publishing;

    const numbers = ledger.asked;
    expect([...new Set(numbers)]).toEqual(Array.from({ length: COUNT }, (_, n) => n));
    expect(await listener.end('SIGTERM')).toBe(0);
    expect(new Set(await delivered()).size).toBe(COUNT);
    expect((await run.api('GET', `${path}/listeners/ada`)).json).toMatchObject({ waiting: 0 });
    // Each repeat has a reason: a kill or a cut between the answer and its acknowledgement.
    expect(numbers.length - COUNT).toBeLessThan(60);

    async function delivered(): Promise<number[]> {
      const found: number[] = [];
      let after = '';
      do {
        const { json } = await run.api('GET', `${path}/deliveries?status=delivered&limit=100${after}`);
        for (const each of json['deliveries'] as Json[])
          found.push(Number(String(each['event_id']).slice(2)));
        after = json['next'] === undefined ? '' : `&after=${String(json['next'])}`;
      } while (after !== '');
      return found;
    }
  }, 240_000);
});
