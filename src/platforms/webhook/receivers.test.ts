import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { setImmediate } from 'node:timers/promises';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '../../../simulators/salesforce/pubsub/certificate.ts';
import { anEvent, aWebhook } from '../../../test/support/builders.ts';
import {
  type Behaviour,
  type RawReceiver,
  startRawReceiver,
  TAKING_RECEIVERS,
} from '../../../test/support/receivers.ts';
import { MemorySecretBox } from '../../adapters/memory/secret-box.ts';
import { systemClock } from '../../base/clock.ts';
import { newSigningSecret } from '../../base/signing-secret.ts';
import type { SendOutcome } from '../../domain/deliveries/destination.ts';
import { eventJson } from '../../domain/events/event.ts';
import { WebhookDestination } from './destination.ts';

// Receivers on bare sockets. An accepted event counts as delivered at the first attempt, however the receiver says so.

const secrets = new MemorySecretBox();
const EVENT_BYTES = 2_000_000;
let destination: WebhookDestination;
let receiver: RawReceiver | undefined;

beforeEach(() => {
  destination = new WebhookDestination({ secrets, clock: systemClock, addresses: { allowLoopback: true } });
});

afterEach(async () => {
  await destination.close();
  await receiver?.close();
  receiver = undefined;
});

async function start(behaviour: Behaviour): Promise<RawReceiver> {
  receiver = await startRawReceiver(behaviour);
  return receiver;
}

async function post(url: string, data: unknown = { n: 1 }): Promise<SendOutcome> {
  const base = aWebhook({ url, timeoutSeconds: 2 });
  const context = { appId: base.appId, resourceId: base.id, secret: 'signingSecret' };
  const signingSecret = await secrets.encrypt(newSigningSecret(), context);
  const [outcome] = await destination.send({ ...base, secrets: { signingSecret } }, [
    { deliveryId: 'delivery-1', eventJson: eventJson(anEvent({ data })) },
  ]);
  if (outcome === undefined) throw new Error('expected an outcome');
  return outcome;
}

/** Waits until a connection that has answered is free for the next request. */
async function connectionsFree(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
}

describe('a receiver that takes the event', () => {
  it.each(Object.entries(TAKING_RECEIVERS))(
    'and %s has it once, and the next one too',
    async (_what, behaviour) => {
      const { url } = await start(behaviour);
      expect(await post(url)).toMatchObject({ kind: 'delivered' });
      expect(await post(url)).toMatchObject({ kind: 'delivered' });
      expect(receiver?.taken).toBe(2);
    },
  );

  it('and says 100 first gets the next one on the same connection', async () => {
    const { url } = await start(TAKING_RECEIVERS['says 100 first, unasked'] ?? {});
    for (let each = 0; each < 5; each += 1) {
      await post(url);
      await connectionsFree();
    }
    expect(receiver).toMatchObject({ taken: 5, connections: 1 });
  });

  it('over HTTP/2 alone has it', async () => {
    const { certificate, privateKey } = await selfSignedCertificate(Date.now());
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, certificate]);
    const server = createSecureServer({ cert: certificate, key: privateKey, allowHTTP1: false });
    let taken = 0;
    server.on('stream', (stream) => {
      stream.resume();
      stream.on('end', () => {
        taken += 1;
        stream.additionalHeaders({ ':status': 103, link: '</x>' });
        stream.respond({ ':status': 200 });
        stream.end('thanks');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      expect(await post(`https://localhost:${port}/`)).toMatchObject({ kind: 'delivered', status: 200 });
      expect(await post(`https://localhost:${port}/`)).toMatchObject({ kind: 'delivered', status: 200 });
      expect(taken).toBe(2);
    } finally {
      setDefaultCACertificates(before);
      await destination.close();
      server.close();
    }
  });
});

describe('a connection that the receiver closed meanwhile', () => {
  it.each([
    ['closes', (socket: { destroy(): void }) => socket.destroy()],
    ['resets', (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy()],
  ])('is replaced at once when it %s as the next request comes', async (_how, end) => {
    const { url } = await start({
      onHead: (socket, request) => {
        if (request === 2) end(socket);
      },
      onRequest: (socket, request) => {
        if (request !== 2) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      },
    });
    expect(await post(url)).toMatchObject({ kind: 'delivered' });
    await connectionsFree();
    expect(await post(url)).toMatchObject({ kind: 'delivered' });
    expect(receiver?.connections).toBe(2);
  });

  it('is not tried a third time', async () => {
    const { url } = await start({
      onRequest: (socket, request) =>
        request === 1 ? socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n') : socket.destroy(),
    });
    await post(url);
    await connectionsFree();
    expect(await post(url)).toMatchObject({ kind: 'retry', errorId: 'connection-closed' });
    expect(receiver?.taken).toBe(3);
  });

  it('is no reason to send again what a new connection did not answer', async () => {
    const { url } = await start({ onRequest: (socket) => socket.destroy() });
    expect(await post(url)).toMatchObject({ kind: 'retry', errorId: 'connection-closed' });
    expect(receiver?.taken).toBe(1);
  });
});

describe('an answer before the end of the request', () => {
  it.each([413, 401, 503, 200])('%i and a closed connection is the answer', async (status) => {
    const { url } = await start({
      onHead: (socket) =>
        socket.end(`HTTP/1.1 ${status} X\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno`),
    });
    expect(await post(url, 'x'.repeat(EVENT_BYTES))).toMatchObject({ status });
  });

  it.each([413, 200])('%i and a reset is the answer', async (status) => {
    const { url } = await start({
      onHead: (socket) =>
        socket.write(`HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nno`, () => socket.destroy()),
    });
    expect(await post(url, 'x'.repeat(EVENT_BYTES))).toMatchObject({ status });
  });

  it('that is interim leaves the time for the real one', async () => {
    const { url } = await start({
      onHead: (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'),
      onRequest: (socket) => socket.write('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n'),
    });
    expect(await post(url, 'x'.repeat(EVENT_BYTES))).toMatchObject({ kind: 'delivered', status: 201 });
  });
});

describe('a receiver that gives no answer', () => {
  it.each<[string, Behaviour, string]>([
    [
      'but another protocol',
      { onRequest: (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n') },
      'not-http',
    ],
    [
      'but interim ones without end',
      { onRequest: (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(4_000)) },
      'answer-headers-too-large',
    ],
    [
      'but an interim one without end',
      { onRequest: (socket) => socket.write(`HTTP/1.1 103 X\r\nLink: ${'x'.repeat(100_000)}`) },
      'answer-headers-too-large',
    ],
    [
      'but an interim one',
      { onRequest: (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n') },
      'timeout',
    ],
    ['but half a status line', { onRequest: (socket) => socket.end('HTTP/1.1 1') }, 'connection-closed'],
    ['but closes', { onRequest: (socket) => socket.end() }, 'connection-closed'],
    [
      'but headers without end',
      { onRequest: (socket) => socket.write('HTTP/1.1 200 OK\r\nX: y\r\n') },
      'timeout',
    ],
  ])('%s is told so', async (_what, behaviour, errorId) => {
    const { url } = await start(behaviour);
    expect(await post(url)).toMatchObject({ kind: 'retry', errorId });
  });

  it('in a coding that was not asked for is quoted without its bytes', async () => {
    const { url } = await start({
      onRequest: (socket) =>
        socket.write('HTTP/1.1 500 X\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8bab'),
    });
    const outcome = await post(url);
    expect(outcome).toMatchObject({ status: 500, message: 'the receiver failed with 500' });
  });
});

describe('TLS that fails', () => {
  it('by a certificate that nobody vouches for is named', async () => {
    const { certificate, privateKey } = await selfSignedCertificate(Date.now());
    const server = createTlsServer({ cert: certificate, key: privateKey });
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      expect(await post(`https://localhost:${port}/`)).toMatchObject({
        kind: 'retry',
        errorId: 'tls-failed',
      });
    } finally {
      server.close();
    }
  });
});
