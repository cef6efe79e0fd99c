import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { anEvent, aWebhook } from '../../../test/support/builders.ts';
import { listenOnLoopback, stopServer } from '../../../test/support/loopback-server.ts';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import { MemorySecretBox } from '../../adapters/memory/secret-box.ts';
import { systemClock } from '../../base/clock.ts';
import { newSigningSecret } from '../../base/signing-secret.ts';
import { eventJson } from '../../domain/events/event.ts';
import { WebhookDestination } from './destination.ts';
import { TURN_WAIT_MS_MAX } from './request-turns.ts';
import type { WebhookPublication } from './target.ts';

// Real HTTP to a receiver that answers when the test tells it to; only the waiting time of requests is simulated.

let server: Server;
let url: string;
let open: ServerResponse[];
let bodies: string[];
let most: number;
let time: VirtualTime;
let destination: WebhookDestination;
const secrets = new MemorySecretBox();

beforeEach(async () => {
  open = [];
  bodies = [];
  most = 0;
  time = new VirtualTime();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      open.push(response);
      most = Math.max(most, open.length);
    });
  });
  url = await listenOnLoopback(server);
  destination = new WebhookDestination({
    secrets,
    clock: systemClock,
    timers: time,
    addresses: { allowLoopback: true },
  });
});

afterEach(async () => {
  await destination.close();
  await stopServer(server);
});

async function publication(changes: Partial<WebhookPublication>): Promise<WebhookPublication> {
  const base = aWebhook({ url });
  const context = { appId: base.appId, resourceId: base.id, secret: 'signingSecret' };
  return {
    ...base,
    secrets: { signingSecret: await secrets.encrypt(newSigningSecret(), context) },
    ...changes,
  };
}

const events = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    deliveryId: `d-${index}`,
    eventJson: eventJson(anEvent({ id: `e-${index}` })),
  }));

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries > 1_000) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function answerAll(count: number): Promise<void> {
  for (let answered = 0; answered < count; answered += 1) {
    await until(() => open.length > 0);
    open.shift()?.writeHead(204).end();
  }
}

it.each([1, 3])('no more than %i requests of a publication are under way at a time', async (concurrency) => {
  const hook = await publication({ concurrency });
  const sendings = Promise.all([destination.send(hook, events(8)), destination.send(hook, events(4))]);
  await until(() => open.length === concurrency);
  await answerAll(12);
  const outcomes = (await sendings).flat();
  expect(outcomes.map(({ kind }) => kind)).toEqual(Array.from({ length: 12 }, () => 'delivered'));
  expect(most).toBe(concurrency);
});

it('one publication does not wait for another', async () => {
  const slow = destination.send(await publication({ concurrency: 1 }), events(2));
  await until(() => open.length === 1);
  const [held] = open.splice(0, 1);
  const other = destination.send(
    await publication({ id: 'other-id', secrets: await otherSecrets() }),
    events(1),
  );
  await answerAll(1);
  expect((await other)[0]?.kind).toBe('delivered');
  held?.writeHead(204).end();
  await answerAll(1);
  await slow;
});

async function otherSecrets() {
  const context = { appId: aWebhook().appId, resourceId: 'other-id', secret: 'signingSecret' };
  return { signingSecret: await secrets.encrypt(newSigningSecret(), context) };
}

it('a batch counts as one request', async () => {
  const batch = { eventsMax: 100, bytesMax: 1_000_000, waitMs: 0 };
  const hook = await publication({ concurrency: 1, contentMode: 'batch', batch });
  const sending = destination.send(hook, events(5));
  await time.pass(1);
  await answerAll(1);
  expect((await sending).map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'delivered'));
  expect(bodies.map((body) => (JSON.parse(body) as unknown[]).length)).toEqual([5]);
});

it('what has waited too long is not sent but put off, each to another time', async () => {
  const hook = await publication({ concurrency: 1 });
  const sending = destination.send(hook, events(4));
  await until(() => open.length === 1);
  await time.pass(TURN_WAIT_MS_MAX);
  await answerAll(1);
  const [first, ...others] = await sending;
  expect(first?.kind).toBe('delivered');
  expect(bodies).toHaveLength(1);
  const times = others.map((outcome) => (outcome.kind === 'delayed' ? outcome.untilMs : 0));
  expect(new Set(times).size).toBe(3);
  for (const untilMs of times) {
    expect(untilMs - Date.now()).toBeGreaterThan(4_000);
    expect(untilMs - Date.now()).toBeLessThan(15_001);
  }
});
