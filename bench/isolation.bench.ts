import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemorySecretBox } from '../src/adapters/memory/secret-box.ts';
import { systemClock } from '../src/base/clock.ts';
import { newSigningSecret } from '../src/base/signing-secret.ts';
import { eventJson } from '../src/domain/events/event.ts';
import { DnsResolver } from '../src/platforms/outbound/name-resolver.ts';
import { WebhookDestination } from '../src/platforms/webhook/destination.ts';
import { freePort, LocalProcess } from '../test/faults/local/local-process.ts';
import { anEvent, aWebhook } from '../test/support/builders.ts';
import { runPhase } from './local/phases.ts';
import { cpuSeconds, isUsageKnown } from './local/process-usage.ts';
import { startPart } from './local/systems.ts';
import { printMachine } from './measure.ts';

/**
 * How much one app at its worst slows down another: p99 of the other app's deliveries alone and beside it, alternately, so
 * that other load on the machine affects both. Target: a median ratio of at most 1.25, or a median of at most 10 ms more.
 */
const PAIRS = 7;
const RATIO_MAX = 1.25;
const MORE_MS_MAX = 10;
const QUIET = { events: 300, perSecond: 100, atOnce: 32 };
const HANGING = { publications: 60, events: 10, timeoutSeconds: 4 };
const FAILING = { batches: 6, events: 500 };
const NAMES = 8;
const IDLE_MS = 500;
const IDLE_UNKNOWN_MS = 5_000;
/** A twentieth of a core over `IDLE_MS`. */
const IDLE_CPU_SECONDS_MAX = 0.025;

interface Pair {
  readonly aloneMs: number;
  readonly besideMs: number;
}

let failures = 0;

function print(name: string, pairs: readonly Pair[]): void {
  const median = (values: readonly number[]) =>
    values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  const alone = median(pairs.map(({ aloneMs }) => aloneMs));
  const beside = median(pairs.map(({ besideMs }) => besideMs));
  const ratio = median(pairs.map(({ aloneMs, besideMs }) => besideMs / aloneMs));
  const moreMs = median(pairs.map(({ aloneMs, besideMs }) => besideMs - aloneMs));
  const isReached = ratio <= RATIO_MAX || moreMs <= MORE_MS_MAX;
  if (!isReached) failures += 1;
  console.log(
    `  ${name.padEnd(34)} p99 alone ${alone.toFixed(1).padStart(7)} ms, beside ${beside.toFixed(1).padStart(7)} ms  × ${ratio.toFixed(2)}, ${moreMs.toFixed(1).padStart(5)} ms more  ${isReached ? 'reached' : 'NOT REACHED'}`,
  );
}

/** Looks up names that no server answers for; in this process, because we cannot choose the system's name server. */
async function names(receiverUrl: string): Promise<void> {
  const nameServer = createSocket('udp4').bind(0, '127.0.0.1');
  await once(nameServer, 'listening');
  const { port } = nameServer.address();
  const ask = () => {
    const questions = new Resolver({ timeout: 1_400, tries: 2 });
    questions.setServers([`127.0.0.1:${port}`]);
    return questions;
  };
  const secrets = new MemorySecretBox();
  const webhookOf = async (appId: string, url: string) => {
    const base = aWebhook({ appId, url, id: `${appId}-${url}` });
    const context = { appId, resourceId: base.id, secret: 'signingSecret' };
    return { ...base, secrets: { signingSecret: await secrets.encrypt(newSigningSecret(), context) } };
  };
  const good = await webhookOf('good', receiverUrl);
  const bad = await Promise.all(
    Array.from({ length: NAMES }, (_, n) => webhookOf('bad', `https://${n}.example.com/`)),
  );
  const event = { deliveryId: 'd', eventJson: eventJson(anEvent()) };
  const pairs: Pair[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const destination = new WebhookDestination({
      secrets,
      clock: systemClock,
      addresses: { allowLoopback: true },
      resolver: new DnsResolver({ ask }),
    });
    const p99 = async () => {
      const times: number[] = [];
      for (let n = 0; n < QUIET.events; n += 1) {
        const startedAtMs = performance.now();
        await destination.send(good, [event]);
        times.push(performance.now() - startedAtMs);
      }
      return times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
    };
    await p99();
    const aloneMs = await p99();
    const noise = [...bad, ...bad, ...bad, ...bad].map((each) => destination.send(each, [event]));
    pairs.push({ aloneMs, besideMs: await p99() });
    await Promise.all(noise);
    await destination.close();
  }
  nameServer.close();
  print(`${NAMES} names without an answer`, pairs);
}

/** Waits until the process uses only its idle CPU; where the system does not report CPU, waits for a while. */
async function untilIdle({ pid }: LocalProcess): Promise<void> {
  if (!isUsageKnown) return sleep(IDLE_UNKNOWN_MS);
  for (;;) {
    const before = cpuSeconds(pid);
    await sleep(IDLE_MS);
    if (cpuSeconds(pid) - before < IDLE_CPU_SECONDS_MAX) return;
  }
}

/**
 * The p99 of a quiet app in a local run, alone and beside noise. @param prepare returns what makes the noise, and what waits for its end
 */
async function besideNoise(
  name: string,
  prepare: (
    local: LocalProcess,
    noisy: App,
  ) => Promise<{ readonly begin: () => Promise<unknown>; readonly ended?: () => Promise<unknown> }>,
): Promise<void> {
  const stateDir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const local = new LocalProcess(stateDir, await freePort());
  const receiver = await startPart('./receiver.ts');
  const publisher = fork(new URL('./local/publisher.ts', import.meta.url));
  try {
    await local.start();
    const quiet = await local.app('quiet');
    await createWebhook(local, quiet, 'hook', receiver.url);
    const target = {
      url: `http://127.0.0.1:${local.port}/hook`,
      headers: { authorization: quiet.authorization },
    };
    const parts = {
      system: { name, pid: local.pid, target, stop: async () => undefined },
      publisher,
      receiver: receiver.process,
    };
    let runs = 0;
    const p99 = async () => {
      runs += 1;
      const { p99Ms, lost } = await runPhase(parts, { run: `${name}-${runs}`, ...QUIET });
      if (lost > 0) throw new Error(`expected all events of the quiet app, found ${lost} lost`);
      return p99Ms;
    };
    const noise = await prepare(local, await local.app('noisy'));
    await p99();
    const pairs: Pair[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const aloneMs = await p99();
      await noise.begin();
      pairs.push({ aloneMs, besideMs: await p99() });
      await noise.ended?.();
      await untilIdle(local);
    }
    print(name, pairs);
  } finally {
    await local.close();
    publisher.kill();
    receiver.process.kill();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

type App = Awaited<ReturnType<LocalProcess['app']>>;

async function createWebhook(
  local: LocalProcess,
  app: App,
  name: string,
  url: string,
  more: object = {},
): Promise<void> {
  const { status } = await local.request('POST', `${app.tenant}/platforms/webhook/publications`, {
    name,
    url,
    ...more,
  });
  if (status !== 201) throw new Error(`expected 201 for publication ${name}, found ${status}`);
}

/** Sends this many events to the publication in one request. */
async function publishBatch(local: LocalProcess, app: App, name: string, events: number): Promise<void> {
  const batch = Array.from({ length: events }, () => ({
    specversion: '1.0',
    id: crypto.randomUUID(),
    source: '/noise',
    type: 'noise',
    data: { n: 1 },
  }));
  const { status } = await local.request('POST', `/${name}`, batch, {
    authorization: app.authorization,
    'content-type': 'application/cloudevents-batch+json',
  });
  if (status !== 202) throw new Error(`expected 202 for the noise, found ${status}`);
}

async function hanging(): Promise<void> {
  const open = new Set<Socket>();
  const sink = createServer((socket) => {
    open.add(socket);
    // Usually a reset by a client that gave up.
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    // Without reading, the socket would not notice the end.
    socket.resume();
  }).listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const address = sink.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
  const { publications, events, timeoutSeconds } = HANGING;
  const named = Array.from({ length: publications }, (_, n) => `hanging-${n}`);
  await besideNoise(`${publications} receivers that hang`, async (local, noisy) => {
    const more = { timeout_seconds: timeoutSeconds, retry: ['1h'] };
    for (const name of named) await createWebhook(local, noisy, name, url, more);
    return {
      begin: async () => {
        for (let event = 0; event < events; event += 1) {
          await Promise.all(named.map((name) => publishBatch(local, noisy, name, 1)));
        }
      },
      ended: async () => {
        while (open.size > 0) await sleep(IDLE_MS);
      },
    };
  });
  sink.close();
}

async function failing(): Promise<void> {
  const { batches, events } = FAILING;
  const url = `http://127.0.0.1:${await freePort()}/`;
  await besideNoise(`${batches * events * PAIRS} deliveries that fail`, async (local, noisy) => {
    await createWebhook(local, noisy, 'failing', url, { retry: ['1h'] });
    return {
      begin: async () => {
        for (let batch = 0; batch < batches; batch += 1) await publishBatch(local, noisy, 'failing', events);
      },
    };
  });
}

printMachine();
console.log('\nDeliveries of an app beside those of another: to');
const receiver = await startPart('./receiver.ts');
await names(receiver.url);
receiver.process.kill();
await hanging();
await failing();
process.exitCode = failures === 0 ? 0 : 1;
