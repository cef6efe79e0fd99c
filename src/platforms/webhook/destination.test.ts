import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anEvent, aWebhook } from '../../../test/support/builders.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { MemorySecretBox } from '../../adapters/memory/secret-box.ts';
import { systemClock } from '../../base/clock.ts';
import { newSigningSecret } from '../../base/signing-secret.ts';
import type { OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import { eventJson } from '../../domain/events/event.ts';
import { describeWebhookRequest } from './described-request.ts';
import { WebhookDestination } from './destination.ts';
import type { WebhookPublication } from './target.ts';

// Real HTTP to a receiver of our own on loopback, which only the policy of these tests allows.

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
  readonly body: string;
  readonly url: string;
}

let server: Server;
let received: Received[];
let answer: (response: ServerResponse, request: IncomingMessage) => void;
let origin: string;
const secrets = new MemorySecretBox();
const signingSecret = newSigningSecret();
let destination: WebhookDestination;

beforeEach(async () => {
  received = [];
  answer = (response) => response.writeHead(204).end();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      received.push({ headers: request.headers, bytes, body: bytes.toString(), url: request.url ?? '' });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  destination = new WebhookDestination({ secrets, clock: systemClock, addresses: { allowLoopback: true } });
});

afterEach(async () => {
  await destination.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function publication(changes: Partial<WebhookPublication> = {}): Promise<WebhookPublication> {
  const base = aWebhook({ url: `${origin}/hooks?x=1` });
  const context = { appId: base.appId, resourceId: base.id };
  return {
    ...base,
    secrets: {
      signingSecret: await secrets.encrypt(signingSecret, { ...context, secret: 'signingSecret' }),
      token: await secrets.encrypt('s3cret', { ...context, secret: 'token' }),
    },
    ...changes,
  };
}

async function send(
  changes: Partial<WebhookPublication> = {},
  event = anEvent(),
  more: Partial<OutgoingEvent> = {},
): Promise<SendOutcome> {
  const [outcome] = await destination.send(await publication(changes), [
    { deliveryId: 'delivery-1', eventJson: eventJson(event), ...more },
  ]);
  if (outcome === undefined) throw new Error('expected an outcome');
  return outcome;
}

/** Encrypts a secret of the publication that `publication` creates. */
function sealed(text: string, secret: string): Promise<string> {
  const { appId, id } = aWebhook();
  return secrets.encrypt(text, { appId, resourceId: id, secret });
}

function headersOf({ headers }: Received): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function nth(index: number): Received {
  const request = received[index];
  if (request === undefined) throw new Error(`expected request ${index}, found ${received.length}`);
  return request;
}

describe('a webhook delivery', () => {
  it('is a structured CloudEvent with a signature that the Standard Webhooks library verifies', async () => {
    expect(await send()).toMatchObject({ kind: 'delivered', status: 204 });
    const [request] = received;
    expect(request?.url).toBe('/hooks?x=1');
    expect(request?.headers['content-type']).toContain('application/cloudevents+json');
    expect(request?.headers['authorization']).toBe('Bearer s3cret');
    expect(request?.body).toBe(eventJson(anEvent()));
    expect(request?.body).toContain('"commitNumber":1736877279422521345');
    const headers = Object.fromEntries(
      Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    expect(() => new Webhook(signingSecret).verify(request?.body ?? '', headers)).not.toThrow();
    expect(() => new Webhook(signingSecret).verify(`${request?.body} `, headers)).toThrow();
  });

  it.each([
    ['structured', {}],
    ['structured without a token', { secrets: undefined }],
    ['binary', { contentMode: 'binary' }],
    ['batch', { contentMode: 'batch', batch: { eventsMax: 10, bytesMax: 100_000, waitMs: 0 } }],
    ['with headers of its own', { headerNames: ['X-Team'] }],
  ] as const)('is the request that its owner is told of: %s', async (_what, changes) => {
    const { secrets: usual } = await publication();
    const given = {
      ...changes,
      secrets: {
        ...usual,
        ...('secrets' in changes && { token: undefined }),
        ...('headerNames' in changes && { headers: await sealed('X-Team: blue', 'headers') }),
      },
    };
    // Without the optional attributes.
    const event = { ...anEvent(), subject: undefined, time: undefined };
    expect(await send(given as Partial<WebhookPublication>, event)).toMatchObject({ kind: 'delivered' });
    const sent = await publication(given as Partial<WebhookPublication>);
    const described = describeWebhookRequest(sent, 'delivery-1');
    expect(described).toMatchObject({ method: 'POST', url: sent.url });
    const headers = headersOf(nth(0));
    const ofHttp = ['host', 'connection', 'content-length', 'transfer-encoding'];
    const names = Object.keys(headers).filter((name) => !ofHttp.includes(name));
    const extensions = names.filter((name) => /^ce-(?!specversion|id|source|type)/.test(name));
    expect(described?.headers.map(({ name }) => name).toSorted()).toEqual(
      names.filter((name) => !extensions.includes(name)).toSorted(),
    );
    for (const { name, value } of described?.headers ?? []) {
      if (value !== undefined) expect([name, headers[name]]).toEqual([name, value]);
    }
    expect(JSON.stringify(described)).not.toMatch(/s3cret|blue|v1,/);
  });

  it('is binary when the publication asks for it, with big integers whole and names percent-encoded', async () => {
    await send({ contentMode: 'binary' }, anEvent({ subject: 'Ärger "1"' }));
    const [request] = received;
    expect(request?.headers['ce-id']).toBe(anEvent().id);
    expect(request?.headers['ce-type']).toBe('com.salesforce.cdc.Opportunity.UPDATE');
    expect(request?.headers['ce-subject']).toBe('%C3%84rger%20%221%22');
    expect(request?.headers['content-type']).toBe('application/json');
    expect(request?.body).toContain('"commitNumber":1736877279422521345');
    expect(request?.body).not.toContain('specversion');
  });

  it.each(['structured', 'binary'] as const)(
    'is read by the CloudEvents SDK of a receiver when it is %s',
    async (contentMode) => {
      const sent = anEvent({ data: { Name: 'Ärger', Amount: 12.5 } });
      await send({ contentMode }, sent);
      const [request] = received;
      const read = HTTP.toEvent({ headers: request?.headers ?? {}, body: request?.body });
      expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(eventJson(sent)));
    },
  );

  it.each([
    ['bytes', { datacontenttype: 'application/octet-stream', data: undefined, data_base64: 'AP8=' }, '00ff'],
    ['a text', { datacontenttype: 'text/plain', data: 'é' }, 'c3a9'],
    ['a text as JSON', { datacontenttype: 'application/vnd.x+json', data: 'é' }, '22c3a922'],
    ['nothing', { data: undefined }, ''],
  ])('carries %s in binary mode as it is, signed', async (_what, changes, hex) => {
    await send({ contentMode: 'binary' }, anEvent({ ...changes, ext: true }));
    const [request] = received;
    expect(request?.bytes.toString('hex')).toBe(hex);
    expect(request?.headers['ce-ext']).toBe('true');
    expect(request?.headers).not.toHaveProperty('ce-datacontenttype');
    const id = String(request?.headers['webhook-id']);
    const timestamp = String(request?.headers['webhook-timestamp']);
    const key = Buffer.from(signingSecret.replace('whsec_', ''), 'base64');
    const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), request?.bytes ?? Buffer.of()]);
    const signature = createHmac('sha256', key).update(signed).digest('base64');
    expect(request?.headers['webhook-signature']).toBe(`v1,${signature}`);
  });

  it('waits for the answer after early hints', async () => {
    answer = (response) => {
      response.writeEarlyHints({ link: '</x>; rel=preload' });
      setTimeout(() => response.writeHead(204).end(), 20);
    };
    expect(await send()).toMatchObject({ kind: 'delivered', status: 204 });
    answer = (response) => response.writeEarlyHints({ link: '</x>; rel=preload' });
    expect(await send({ timeoutSeconds: 1 })).toMatchObject({ kind: 'retry', errorId: 'timeout' });
  });

  it.each([
    ['an answer that is not HTTP', 'SSH-2.0-x\r\n\r\n', 'not-http'],
    [
      'headers without end',
      `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1_000)}\r\n`.repeat(20)}`,
      'answer-headers-too-large',
    ],
  ])('names %s', async (_what, bytes, errorId) => {
    answer = (response) => response.socket?.write(bytes);
    expect(await send()).toMatchObject({ kind: 'retry', errorId });
  });

  it('says that a receiver speaks no TLS', async () => {
    const outcome = await send({ url: origin.replace('http:', 'https:') });
    expect(outcome).toMatchObject({ errorId: 'tls-failed', message: expect.stringContaining('speak TLS') });
  });

  it.each([
    [500, 'retry', 'http-500'],
    [404, 'retry', 'http-404'],
    [429, 'retry', 'http-429'],
    [302, 'retry', 'http-302'],
    [410, 'disabled', 'http-410'],
  ])('ends an answer %i as %s', async (status, kind, errorId) => {
    answer = (response) =>
      response.writeHead(status, { location: 'https://example.com/' }).end('<h1>Sorry</h1>');
    const outcome = await send();
    expect(outcome).toMatchObject({ kind, errorId, status });
    expect('message' in outcome ? outcome.message : '').toContain('Sorry');
    expect(received).toHaveLength(1);
  });

  it.each([
    ['120', 120_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', undefined],
  ])('reads Retry-After %s', async (header, ms) => {
    answer = (response) => response.writeHead(503, { 'retry-after': header }).end();
    expect(await send()).toMatchObject({ kind: 'retry', retryAfterMs: ms });
  });

  it('gives up on a receiver that does not answer in time', async () => {
    answer = () => undefined;
    expect(await send({ timeoutSeconds: 1 })).toMatchObject({ kind: 'retry', errorId: 'timeout' });
  });

  it('gives up on a receiver that drips its answer', async () => {
    answer = (response) => {
      response.writeHead(500);
      const timer = setInterval(() => response.write('x'), 50);
      response.on('close', () => clearInterval(timer));
    };
    expect(await send({ timeoutSeconds: 1 })).toMatchObject({
      kind: 'retry',
      durationMs: expect.any(Number),
    });
  });

  it('says what is wrong when nobody listens', async () => {
    const outcome = await send({ url: 'http://127.0.0.1:9/' });
    expect(outcome).toMatchObject({ kind: 'retry', errorId: 'connection-refused' });
    expect('message' in outcome ? outcome.message : '').toContain('nothing listens there');
  });

  it('connects to no loopback or private address unless that is allowed', async () => {
    const strict = new WebhookDestination({
      secrets,
      clock: systemClock,
      addresses: { allowLoopback: false },
    });
    const event = { deliveryId: 'd', eventJson: eventJson(anEvent()) };
    const byAddress = await strict.send(await publication(), [event]);
    const byName = await strict.send(await publication({ url: origin.replace('127.0.0.1', 'localhost.') }), [
      event,
    ]);
    await strict.close();
    expect(byAddress[0]).toMatchObject({ errorId: 'address-not-allowed' });
    expect(byName[0]).toMatchObject({ errorId: expect.stringMatching(/^address-not-/) });
    expect(received).toHaveLength(0);
  });
});

describe('the signature during a rotation', () => {
  it('is of both secrets until the grace ends, and then of the new one alone', async () => {
    const former = newSigningSecret();
    const base = (await publication()).secrets;
    const live = { secret: await sealed(former, 'signingSecret'), untilMs: Date.now() + 60_000 };
    const ended = { secret: await sealed(newSigningSecret(), 'signingSecret'), untilMs: Date.now() };
    await send({ secrets: { ...base, formerSigningSecrets: [ended, live] } });
    const { body, headers } = nth(0);
    expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    for (const secret of [signingSecret, former]) {
      expect(() => new Webhook(secret).verify(body, headersOf(nth(0)))).not.toThrow();
    }
    // The next version has different keys from the prepared ones.
    await send({ version: 2, secrets: { ...base, formerSigningSecrets: [ended] } });
    expect(() => new Webhook(signingSecret).verify(body, headersOf(nth(1)))).not.toThrow();
    expect(() => new Webhook(former).verify(body, headersOf(nth(1)))).toThrow();
  });
});

describe('what a request carries besides', () => {
  it('are the headers of its owner, which change nothing of ours', async () => {
    const headers = await sealed('X-Api-Key: a:b\nUser-Agent: Mine', 'headers');
    const base = (await publication()).secrets;
    await send({ headerNames: ['X-Api-Key', 'User-Agent'], secrets: { ...base, headers } });
    expect(nth(0).headers).toMatchObject({
      'x-api-key': 'a:b',
      'user-agent': 'Mine',
      'content-type': 'application/cloudevents+json',
      authorization: 'Bearer s3cret',
    });
  });

  it('is a login of HTTP Basic', async () => {
    const { token: _token, ...base } = (await publication()).secrets;
    const password = await sealed('pass:word', 'password');
    await send({ authentication: { kind: 'basic', user: 'user' }, secrets: { ...base, password } });
    expect(nth(0).headers.authorization).toBe(`Basic ${Buffer.from('user:pass:word').toString('base64')}`);
  });

  it('is an access token of OAuth, another one when the receiver refuses it, and no third', async () => {
    const { token: _token, ...base } = (await publication()).secrets;
    let issued = 0;
    let accepted = 'token-1';
    answer = (response, request) => {
      if (request.url === '/token') {
        issued += 1;
        response.end(
          JSON.stringify({ access_token: `token-${issued}`, token_type: 'Bearer', expires_in: 60 }),
        );
      } else response.writeHead(request.headers.authorization === `Bearer ${accepted}` ? 204 : 401).end();
    };
    const oauth: Partial<WebhookPublication> = {
      authentication: { kind: 'oauth', tokenUrl: `${origin}/token`, clientId: 'client' },
      secrets: { ...base, clientSecret: await sealed('a secret', 'clientSecret') },
    };
    const clock = new TestClock(Date.now());
    await destination.close();
    destination = new WebhookDestination({ secrets, clock, addresses: { allowLoopback: true } });
    expect(await send(oauth)).toMatchObject({ kind: 'delivered' });
    expect(await send(oauth)).toMatchObject({ kind: 'delivered' });
    expect(issued).toBe(1);
    accepted = 'token-2';
    clock.advance(10_000);
    expect(await send(oauth)).toMatchObject({ kind: 'delivered' });
    expect(issued).toBe(2);
    accepted = 'none';
    clock.advance(10_000);
    expect(await send(oauth)).toMatchObject({ kind: 'retry', errorId: 'http-401' });
    expect(issued).toBe(3);
    const deliveries = received.filter(({ url }) => url !== '/token');
    expect(deliveries).toHaveLength(6);
    expect(new Set(deliveries.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(['delivery-1']));
  });

  it('is no event where there is no token', async () => {
    const { token: _token, ...base } = (await publication()).secrets;
    answer = (response) => response.writeHead(400).end('{"error":"invalid_grant"}');
    const outcome = await send({
      authentication: { kind: 'oauth', tokenUrl: `${origin}/token`, clientId: 'client' },
      secrets: { ...base, clientSecret: await sealed('a secret', 'clientSecret') },
    });
    expect(outcome).toMatchObject({ kind: 'retry', errorId: 'oauth-refused' });
    expect(received.map(({ url }) => url)).toEqual(['/token']);
  });
});

describe('the answer of the receiver', () => {
  it('is kept up to a kilobyte, at the end of a character', async () => {
    answer = (response) => {
      response.writeHead(500);
      response.write(`a\u0000\u001b[31m${'é'.repeat(300)}`);
      response.end('é'.repeat(40_000));
    };
    const outcome = await send();
    expect(outcome.answer).toBe(`a\u0000\u001b[31m${'é'.repeat(508)}`);
    expect(Buffer.byteLength(outcome.answer ?? '')).toBeLessThanOrEqual(1_024);
  });

  it('is kept of a retry that was taken, which waits for it, and not of a first attempt', async () => {
    answer = (response) => response.writeHead(202).end('queued as 7');
    expect((await send()).answer).toBeUndefined();
    expect(await send({}, anEvent(), { record: { attemptCount: 1 } })).toMatchObject({
      kind: 'delivered',
      answer: 'queued as 7',
    });
    answer = (response) => response.writeHead(202).write('and so on');
    expect(await send({ timeoutSeconds: 1 }, anEvent(), { record: { attemptCount: 1 } })).toMatchObject({
      kind: 'delivered',
      answer: 'and so on',
    });
  });

  it.each([
    ['empty', '', {}],
    ['compressed', 'x', { 'content-encoding': 'gzip' }],
  ])('is none when it is %s', async (_what, body, headers) => {
    answer = (response) => response.writeHead(500, headers).end(body);
    expect((await send()).answer).toBeUndefined();
  });
});

describe('the trace of an event', () => {
  const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1' };

  it.each(['structured', 'binary'] as const)('is a header of the request (%s)', async (contentMode) => {
    await send({ contentMode }, anEvent(trace));
    expect(nth(0).headers).toMatchObject(trace);
    // The signature covers the body, which is unchanged.
    expect(() => new Webhook(signingSecret).verify(nth(0).body, headersOf(nth(0)))).not.toThrow();
  });

  it('is none where the event has none, or none that is valid, whatever its data says', async () => {
    await send({}, anEvent());
    await send({}, anEvent({ traceparent: 'x\r\ny: 1' }));
    await send({}, anEvent({ data: trace }));
    for (const { headers } of received) {
      expect(headers).not.toHaveProperty('traceparent');
      expect(headers).not.toHaveProperty('tracestate');
    }
    expect(received).toHaveLength(3);
  });
});

describe('a batch', () => {
  const batch = { eventsMax: 4, bytesMax: 10_000, waitMs: 0 };
  const eventsNamed = (...names: readonly string[]) =>
    names.map((name) => ({ deliveryId: `delivery-${name}`, eventJson: eventJson(anEvent({ id: name })) }));
  const sendBatch = async (...names: readonly string[]) =>
    destination.send(await publication({ contentMode: 'batch', batch }), eventsNamed(...names));

  it('is one request of the CloudEvents batch format, signed as a whole', async () => {
    const outcomes = await sendBatch('a', 'b', 'c');
    expect(outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(received).toHaveLength(1);
    const { headers, body } = nth(0);
    expect(headers['content-type']).toBe('application/cloudevents-batch+json');
    expect(() => new Webhook(signingSecret).verify(body, headersOf(nth(0)))).not.toThrow();
    const read = HTTP.toEvent({ headers, body });
    expect(Array.isArray(read) ? read.map((event) => event.id) : []).toEqual(['a', 'b', 'c']);
    expect(body).toContain('"commitNumber":1736877279422521345');
  });

  it('gathers the events of several calls', async () => {
    const all = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => sendBatch(name)));
    expect(all.flat().map(({ kind }) => kind)).toEqual(Array(5).fill('delivered'));
    expect(received.map(({ body }) => JSON.parse(body).length)).toEqual([4, 1]);
  });

  it('has the same id when it is sent again, and that of the delivery when it is alone', async () => {
    await sendBatch('a', 'b');
    await sendBatch('a', 'b');
    await sendBatch('b', 'c');
    await sendBatch('c');
    const [first, again, other, alone] = received.map(({ headers }) => headers['webhook-id']);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(alone).toBe('delivery-c');
  });

  it('that a receiver refuses for one event is delivered without it', async () => {
    answer = (response, request) => {
      const isPoisonous = String(nth(received.length - 1).body).includes('"id":"c"');
      response.writeHead(isPoisonous ? 422 : 204).end(request.method);
    };
    const outcomes = await sendBatch('a', 'b', 'c', 'd');
    expect(outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'delivered', 'retry', 'delivered']);
    expect(outcomes[2]).toMatchObject({ errorId: 'http-422', answer: 'POST' });
  });

  it('that cannot be delivered fails for each of its events', async () => {
    answer = (response) => response.writeHead(503, { 'retry-after': '7' }).end();
    expect(await sendBatch('a', 'b')).toMatchObject([
      { kind: 'retry', errorId: 'http-503', retryAfterMs: 7_000 },
      { kind: 'retry', errorId: 'http-503', retryAfterMs: 7_000 },
    ]);
    answer = (response) => response.writeHead(410).end();
    expect(await sendBatch('a', 'b')).toMatchObject([{ kind: 'disabled' }, { kind: 'disabled' }]);
  });
});
