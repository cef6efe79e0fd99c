import { createServer, type ServerResponse } from 'node:http';
import { Agent } from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { anEvent, aWebhook } from '../../../test/support/builders.ts';
import { listenOnLoopback, stopServer } from '../../../test/support/loopback-server.ts';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import { MemorySecretBox } from '../../adapters/memory/secret-box.ts';
import { systemClock } from '../../base/clock.ts';
import { newSigningSecret } from '../../base/signing-secret.ts';
import { eventJson } from '../../domain/events/event.ts';
import { AppConnections, CONNECTION_WAIT_MS, CONNECTIONS_PER_APP } from '../outbound/app-connections.ts';
import { connector } from '../outbound/connection.ts';
import { WebhookDestination } from './destination.ts';

// Real connections to receivers that answer when they are told to.

const ended: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

async function startReceiver({ isSlow = false } = {}) {
  const waiting: ServerResponse[] = [];
  const seen = { open: 0 };
  const server = createServer((request, response) => {
    request.resume();
    if (isSlow) waiting.push(response);
    else response.writeHead(204).end();
  });
  server.on('connection', (socket) => {
    seen.open += 1;
    socket.on('close', () => {
      seen.open -= 1;
    });
  });
  const origin = await listenOnLoopback(server);
  ended.push(() => stopServer(server));
  return {
    origin,
    waiting,
    seen,
    answer: () => {
      for (const response of waiting.splice(0)) response.writeHead(204).end();
    },
  };
}

function startAgent(connectionsMax: number, time = new VirtualTime()) {
  const agent = new Agent({ connect: new AppConnections(connectionsMax, time).limit(connector({})) });
  ended.push(() => agent.destroy());
  const post = async (origin: string) => {
    const { statusCode, body } = await agent.request({ origin, path: '/', method: 'POST', body: '{}' });
    await body.dump();
    return statusCode;
  };
  return { post, time };
}

describe('the connections of an app', () => {
  it('are no more than it may have: the next waits for one that is free', async () => {
    const slow = await startReceiver({ isSlow: true });
    const { post } = startAgent(2);
    const posts = Promise.all([1, 2, 3, 4, 5].map(() => post(slow.origin)));
    let answered = 0;
    while (answered < 5) {
      await vi.waitFor(() => expect(slow.waiting).toHaveLength(Math.min(2, 5 - answered)));
      answered += slow.waiting.length;
      slow.answer();
    }
    expect(await posts).toEqual([204, 204, 204, 204, 204]);
  });

  it('make room when they are idle, the one that was used last at last', async () => {
    const receivers = [await startReceiver(), await startReceiver(), await startReceiver()];
    const { post } = startAgent(2);
    for (const { origin } of receivers) expect(await post(origin)).toBe(204);
    const [first, second, third] = receivers;
    await vi.waitFor(() => expect(first?.seen.open).toBe(0));
    expect([second?.seen.open, third?.seen.open]).toEqual([1, 1]);
    expect(await post(first?.origin ?? '')).toBe(204);
  });

  it('are waited for no longer than some seconds, and the place is there for others after that', async () => {
    const slow = await startReceiver({ isSlow: true });
    const other = await startReceiver();
    const { post, time } = startAgent(1);
    const busy = post(slow.origin);
    await vi.waitFor(() => expect(slow.waiting).toHaveLength(1));
    const refused = expect(post(other.origin)).rejects.toMatchObject({ code: 'CONNECTIONS_BUSY' });
    await vi.waitFor(() => expect(time.pendingCount).toBe(1));
    await time.pass(CONNECTION_WAIT_MS);
    await refused;
    slow.answer();
    expect(await busy).toBe(204);
    expect(await post(other.origin)).toBe(204);
  });

  it('are free again after those that could not be made', async () => {
    const { origin } = await startReceiver();
    const nobody = createServer();
    const nowhere = await listenOnLoopback(nobody);
    await stopServer(nobody);
    const { post } = startAgent(1);
    for (const _ of [1, 2, 3]) await expect(post(nowhere)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await post(origin)).toBe(204);
  });
});

it('one app has all of its connections busy, and another delivers at once', async () => {
  const secrets = new MemorySecretBox();
  const destination = new WebhookDestination({
    secrets,
    clock: systemClock,
    addresses: { allowLoopback: true },
  });
  ended.push(() => destination.close());
  const send = async (appId: string, url: string) => {
    const base = aWebhook({ appId, url, id: `${appId}-${url}` });
    const context = { appId, resourceId: base.id, secret: 'signingSecret' };
    const signingSecret = await secrets.encrypt(newSigningSecret(), context);
    const event = { deliveryId: 'delivery-1', eventJson: eventJson(anEvent()) };
    return destination.send({ ...base, secrets: { signingSecret } }, [event]);
  };
  const slow = await Promise.all(Array.from({ length: 5 }, () => startReceiver({ isSlow: true })));
  const good = await startReceiver();
  const wanted = slow.flatMap(({ origin }) => Array.from({ length: 64 }, () => send('slow-app', origin)));
  const open = () => slow.reduce((sum, { seen }) => sum + seen.open, 0);
  await vi.waitFor(() => expect(open()).toBe(CONNECTIONS_PER_APP));
  expect(wanted.length).toBeGreaterThan(CONNECTIONS_PER_APP);
  expect(await send('good-app', good.origin)).toMatchObject([{ kind: 'delivered' }]);
  expect(open()).toBe(CONNECTIONS_PER_APP);
  const answering = setInterval(() => {
    for (const { answer } of slow) answer();
  }, 5);
  ended.push(async () => clearInterval(answering));
  expect((await Promise.all(wanted)).flat().filter(({ kind }) => kind !== 'delivered')).toEqual([]);
});
