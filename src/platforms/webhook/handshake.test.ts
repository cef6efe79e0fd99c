import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anEvent, aWebhook } from '../../../test/support/builders.ts';
import { listenOnLoopback, stopServer } from '../../../test/support/loopback-server.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { MemorySecretBox } from '../../adapters/memory/secret-box.ts';
import { newSigningSecret } from '../../base/signing-secret.ts';
import { eventJson } from '../../domain/events/event.ts';
import { WebhookDestination } from './destination.ts';
import { CONSENT_MS } from './handshake.ts';
import { ORIGIN_NAME, type WebhookPublication } from './target.ts';

// Real HTTP to a receiver that says whether it agrees.

interface Request {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

let server: Server;
let url: string;
let requests: Request[];
let consent: { readonly status: number; readonly headers: Record<string, string> };
let clock: TestClock;
let destination: WebhookDestination;
const secrets = new MemorySecretBox();

beforeEach(async () => {
  requests = [];
  clock = new TestClock();
  consent = { status: 200, headers: { 'WebHook-Allowed-Origin': 'events.example.com' } };
  server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const { method, headers } = request;
      requests.push({ method, url: request.url, headers });
      if (method === 'OPTIONS') response.writeHead(consent.status, consent.headers).end();
      else response.writeHead(204).end();
    });
  });
  url = `${await listenOnLoopback(server)}/hook?key=1`;
  destination = new WebhookDestination({ secrets, clock, addresses: { allowLoopback: true } });
});

afterEach(async () => {
  await destination.close();
  await stopServer(server);
});

async function send(changes: Partial<WebhookPublication> = {}, count = 1) {
  const base = aWebhook({ url });
  const context = { appId: base.appId, resourceId: base.id, secret: 'signingSecret' };
  const publication: WebhookPublication = {
    ...base,
    handshakeOrigin: 'events.example.com',
    secrets: { signingSecret: await secrets.encrypt(newSigningSecret(), context) },
    ...changes,
  };
  return destination.send(
    publication,
    Array.from({ length: count }, (_, index) => ({
      deliveryId: `d-${index}`,
      eventJson: eventJson(anEvent()),
    })),
  );
}

const methods = () => requests.map(({ method }) => method);

describe('a receiver that is to agree first', () => {
  it('is asked once at its URL, and gets the events with the origin', async () => {
    expect((await send({}, 3)).map(({ kind }) => kind)).toEqual(['delivered', 'delivered', 'delivered']);
    await send();
    expect(methods()).toEqual(['OPTIONS', 'POST', 'POST', 'POST', 'POST']);
    expect(requests[0]).toMatchObject({
      url: '/hook?key=1',
      headers: { 'webhook-request-origin': 'events.example.com' },
    });
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
    expect(requests[1]?.headers['webhook-request-origin']).toBe('events.example.com');
  });

  it('is asked again after an hour, and for another version', async () => {
    await send();
    clock.advance(CONSENT_MS + 1);
    await send();
    await send({ version: 2 });
    expect(methods()).toEqual(['OPTIONS', 'POST', 'OPTIONS', 'POST', 'OPTIONS', 'POST']);
  });

  it.each([
    ['any', { status: 200, headers: { 'WebHook-Allowed-Origin': '*' } }],
    ['this one, in capitals', { status: 405, headers: { 'WebHook-Allowed-Origin': 'EVENTS.example.com' } }],
  ])('may agree to %s', async (_what, answer) => {
    consent = answer;
    expect(await send()).toMatchObject([{ kind: 'delivered' }]);
  });

  it.each([
    ['200 without it', { status: 200, headers: {} }],
    ['another origin', { status: 200, headers: { 'WebHook-Allowed-Origin': 'example.com' } }],
    ['302 without it', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
  ])('gets nothing when it does not: %s', async (found, answer) => {
    consent = answer;
    const [outcome] = await send({}, 5);
    expect(outcome).toMatchObject({
      kind: 'retry',
      errorId: 'handshake-refused',
      message: `expected the receiver to answer OPTIONS with WebHook-Allowed-Origin: events.example.com (or *), found ${found}. If it knows no handshake, take it away by events:publications:update --no-handshake`,
    });
    expect(methods()).toEqual(['OPTIONS']);
  });

  it('gets its events once it agrees', async () => {
    consent = { status: 200, headers: {} };
    await send();
    await send();
    expect(methods()).toEqual(['OPTIONS']);
    consent = { status: 200, headers: { 'WebHook-Allowed-Origin': '*' } };
    clock.advance(5_001);
    expect(await send()).toMatchObject([{ kind: 'delivered' }]);
  });

  it('that does not answer is tried again', async () => {
    await stopServer(server);
    expect(await send()).toMatchObject([{ kind: 'retry', errorId: 'handshake-unanswered' }]);
  });
});

it('without the option nobody is asked', async () => {
  await send({ handshakeOrigin: undefined });
  expect(methods()).toEqual(['POST']);
  expect(requests[0]?.headers).not.toHaveProperty('webhook-request-origin');
});

it.each(['events.example.com', 'a.b', 'xn--bcher-kva.example'])('%s is the name of a host', (name) => {
  expect(ORIGIN_NAME.test(name)).toBe(true);
});
it.each([
  '',
  'localhost',
  'https://example.com',
  'example.com:443',
  'a..b',
  '-a.b',
  'a b.c',
  'a.b\r\nX: 1',
  '10.0.0.1',
])('%j is not', (name) => {
  expect(ORIGIN_NAME.test(name)).toBe(false);
});
