import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { lambdaContext } from '../../local/queue-consumer.ts';
import type { Stores } from '../../src/adapters/engine.ts';
import { MemoryDeliveryQueue } from '../../src/adapters/memory/delivery-queue.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import { sha256Hex } from '../../src/base/ids.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { parseDeliveryMessage } from '../../src/domain/deliveries/delivery-message.ts';
import { EVENT_BYTES_MAX, parseEvent } from '../../src/domain/events/event.ts';
import { EVENT_DEPTH_MAX } from '../../src/pipeline/publish/read-request.ts';
import { ACCEPTANCES } from '../../src/platforms/acceptances.ts';
import type { LogCode } from '../../src/telemetry/log-messages.ts';
import { type LogFields, silentLog } from '../../src/telemetry/logger.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { aWebhook } from '../../test/support/builders.ts';
import { noInbound } from '../../test/support/no-inbound.ts';
import { queueThat } from '../../test/support/queue-that.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import { makeHandler } from './handler.ts';

const USER = '7f0e3b52-5a0c-4dbd-a3d7-000000000001';
const AUTHORIZATION = `Basic ${Buffer.from(`${USER}:pass:word`).toString('base64')}`;
const context: Context = lambdaContext('ingest', 29);
let stores: Stores;
let queue: MemoryDeliveryQueue;
let clock: TestClock;
let handler: ReturnType<typeof makeHandler>;

beforeEach(async () => {
  stores = makeMemoryStores();
  queue = new MemoryDeliveryQueue();
  clock = new TestClock();
  await stores.publications.create(aWebhook({ name: 'orders' }));
  await stores.publications.create({
    id: '7f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c02',
    appId: 'app-1',
    name: 'QuoteGenerationComplete',
    platform: 'salesforce',
    state: 'active',
    topic: '/event/QuoteGenerationComplete__e',
    authorizationId: 'auth-1',
    authorizationAlias: 'my-org',
    createdAtMs: 0,
    version: 1,
  });
  await stores.credentials.put({
    user: USER,
    appId: 'app-1',
    passwordHash: sha256Hex('pass:word'),
    createdAtMs: 0,
  });
  const ids = ['id-1', 'id-2'];
  handler = makeHandler({
    ...stores,
    queue,
    clock,
    timers: systemTimers,
    inboundParts: noInbound,
    acceptances: ACCEPTANCES,
    newId: () => ids.shift() ?? 'id-n',
    appPublishesPerSecond: 10,
    allowedOrigins: [],
    log: silentLog,
    metrics: silentMetrics,
  });
});

const BINARY = { 'ce-specversion': '1.0', 'ce-id': 'e1', 'ce-source': '/s', 'ce-type': 't' };

interface Post {
  readonly path?: string;
  readonly method?: string;
  /** Bytes are passed in base64, as API Gateway passes them. */
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
  readonly sourceIp?: string;
}

async function post({
  path = '/orders',
  method = 'POST',
  body = '{"a":1}',
  headers = {},
  sourceIp = '192.0.2.1',
}: Post = {}) {
  const event = {
    rawPath: path,
    headers: { authorization: AUTHORIZATION, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : body.toString('base64'),
    isBase64Encoded: typeof body !== 'string',
    requestContext: { http: { method, sourceIp } },
  } as unknown as APIGatewayProxyEventV2;
  const response = await handler(event, context);
  return { ...response, json: JSON.parse(response.body ?? '{}') as Record<string, unknown> };
}

const queuedEvents = () =>
  queue.messages.flatMap(({ body }) => {
    const message = parseDeliveryMessage(body);
    return message.kind === 'first'
      ? message.eventJsons.map((json) => JSON.parse(json) as Record<string, unknown>)
      : [];
  });

describe('failed logins', () => {
  const basic = (user: string, password = 'guess') => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  });

  it.each([
    ['of no shape that we know', () => 'nobody', 0],
    ['of one user who does not exist', () => '7f0e3b52-5a0c-4dbd-a3d7-0000000000ff', 1],
    ['of many', () => crypto.randomUUID(), 30],
  ])('%s cost few reads, and lock out neither others nor who is known', async (_what, user, reads) => {
    const find = vi.spyOn(stores.credentials, 'find');
    expect(await post()).toMatchObject({ statusCode: 202 });
    find.mockClear();
    const statuses = [];
    for (let n = 0; n < 40; n += 1) statuses.push((await post({ headers: basic(user()) })).statusCode);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(statuses.at(-1)).toBe(429);
    expect(find).toHaveBeenCalledTimes(reads);
    expect(await post()).toMatchObject({ statusCode: 202 });
    expect(await post({ sourceIp: '198.51.100.7' })).toMatchObject({ statusCode: 202 });
  });

  it('with the right user from everywhere do not lock out the right password', async () => {
    for (let n = 0; n < 40; n += 1) await post({ headers: basic(USER), sourceIp: `198.51.100.${n}` });
    const refused = await post({ headers: basic(USER), sourceIp: '198.51.100.99' });
    expect(refused).toMatchObject({ statusCode: 429, json: { id: 'too-many-requests' } });
    expect(Number(refused.headers?.['retry-after'])).toBeGreaterThan(0);
    expect(await post({ sourceIp: '203.0.113.5' })).toMatchObject({ statusCode: 202 });
  });
});

describe('the publishes of one app', () => {
  it('are limited, and say when to come again', async () => {
    for (let n = 0; n < 50; n += 1) expect(await post()).toMatchObject({ statusCode: 202 });
    const refused = await post();
    expect(refused).toMatchObject({ statusCode: 429, headers: { 'retry-after': '1' } });
    expect(queue.messages).toHaveLength(50);
    clock.advance(1_000);
    expect(await post()).toMatchObject({ statusCode: 202 });
  });
});

describe('the publish URL', () => {
  it('takes a bare payload and answers its id', async () => {
    const { statusCode, json } = await post({
      path: '/QuoteGenerationComplete',
      body: '{"CreatedById":"005","CreatedDate":1739547163458,"Status__c":{"string":"Quotes Generated: 50"}}',
    });
    expect(statusCode).toBe(202);
    expect(json).toEqual({ id: 'id-1', ids: ['id-1'] });
    expect(queuedEvents()).toMatchObject([
      {
        specversion: '1.0',
        id: 'id-1',
        subject: 'QuoteGenerationComplete',
        data: { Status__c: { string: 'Quotes Generated: 50' } },
      },
    ]);
    expect(queue.messages[0]?.groupId).toBe('app-1/7f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c02');
  });

  it('takes the id of an Idempotency-Key', async () => {
    expect((await post({ headers: { 'idempotency-key': 'order-17' } })).json).toMatchObject({
      id: 'order-17',
    });
  });

  it('keeps 64-bit integers', async () => {
    await post({ body: '{"n":1736877279422521345}' });
    expect(queue.messages[0]?.body).toContain('"n":1736877279422521345');
  });

  it('takes a structured, a binary and a batch of CloudEvents', async () => {
    const event = {
      specversion: '1.0',
      id: 'e1',
      source: '/s',
      type: 't',
      data: { a: 1 },
      traceparent: '00-x',
    };
    const structured = await post({
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(event),
    });
    const binary = await post({
      headers: {
        'ce-specversion': '1.0',
        'ce-id': 'e2',
        'ce-source': '/s',
        'ce-type': 't',
        'ce-subject': '%C3%84',
      },
    });
    const batch = await post({
      headers: { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' },
      body: JSON.stringify([
        { ...event, id: 'e3' },
        { ...event, id: 'e4' },
      ]),
    });
    expect([structured, binary, batch].map(({ statusCode }) => statusCode)).toEqual([202, 202, 202]);
    expect(batch.json).toEqual({ id: 'e3', ids: ['e3', 'e4'] });
    expect(queuedEvents().map(({ id, subject, traceparent }) => [id, subject, traceparent])).toEqual([
      ['e1', 'orders', '00-x'],
      ['e2', 'Ä', undefined],
      ['e3', 'orders', '00-x'],
      ['e4', 'orders', '00-x'],
    ]);
    // The batch is one message: the queue accepts all of it or nothing.
    expect(queue.messages).toHaveLength(3);
  });

  it('gives the events of a request its trace, unless they have one, and none that is not valid', async () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { traceparent: trace, tracestate: 'vendor=1' };
    const event = { specversion: '1.0', id: 'own', source: '/s', type: 't', traceparent: '00-own' };
    const other: Record<string, unknown> = { ...event, id: 'none' };
    delete other['traceparent'];
    await post({ headers: { ...headers, 'idempotency-key': 'bare' } });
    await post({ headers: { ...headers, ...BINARY } });
    await post({
      headers: { ...headers, 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify([event, other]),
    });
    await post({ headers: { traceparent: 'nonsense', 'idempotency-key': 'wrong' } });
    await post({ headers: { tracestate: 'vendor=1', 'idempotency-key': 'alone' } });
    expect(queuedEvents().map(({ id, traceparent, tracestate }) => [id, traceparent, tracestate])).toEqual([
      ['bare', trace, 'vendor=1'],
      ['e1', trace, 'vendor=1'],
      ['own', '00-own', undefined],
      ['none', trace, 'vendor=1'],
      ['wrong', undefined, undefined],
      ['alone', undefined, undefined],
    ]);
  });

  it.each<[string, Post, object]>([
    [
      'no body and no media type',
      { headers: { 'content-type': '' }, body: '' },
      { data: undefined, datacontenttype: undefined },
    ],
    ['no body', { body: '' }, { data: undefined, datacontenttype: 'application/json' }],
    [
      'JSON',
      { headers: { 'content-type': 'application/json; charset=utf-8' }, body: '{"a":1}' },
      { data: { a: 1 }, datacontenttype: 'application/json; charset=utf-8' },
    ],
    [
      'a text',
      { headers: { 'content-type': 'text/plain' }, body: 'closed' },
      { data: 'closed', datacontenttype: 'text/plain' },
    ],
    [
      'XML',
      { headers: { 'content-type': 'application/xml' }, body: '<closed/>' },
      { data: '<closed/>', datacontenttype: 'application/xml' },
    ],
    [
      'a text that is not UTF-8',
      { headers: { 'content-type': 'text/plain; charset=iso-8859-1' }, body: Buffer.from([0xe9]) },
      { data_base64: '6Q==', datacontenttype: 'text/plain; charset=iso-8859-1' },
    ],
    [
      'a text that only claims to be UTF-8',
      { headers: { 'content-type': 'text/plain' }, body: Buffer.from([0xe9]) },
      { data_base64: '6Q==', datacontenttype: 'text/plain' },
    ],
    [
      'bytes',
      { headers: { 'content-type': 'image/png' }, body: Buffer.from([0, 255]) },
      { data_base64: 'AP8=', datacontenttype: 'image/png' },
    ],
    [
      'bytes that nobody described',
      { headers: { 'content-type': '' }, body: Buffer.from([0, 255]) },
      { data_base64: 'AP8=', datacontenttype: 'application/octet-stream' },
    ],
  ])('takes a CloudEvent in binary mode with %s', async (_what, { headers, body = '' }, expected) => {
    const { statusCode } = await post({ headers: { ...BINARY, ...headers }, body });
    expect(statusCode).toBe(202);
    const [{ data, data_base64, datacontenttype } = {}] = queuedEvents();
    expect({ data, data_base64, datacontenttype }).toEqual({
      data_base64: undefined,
      data: undefined,
      ...expected,
    });
  });

  it('takes JSON in base64 for an org, because JSON it is', async () => {
    const { statusCode } = await post({
      path: '/QuoteGenerationComplete',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify({
        specversion: '1.0',
        id: 'e1',
        source: '/s',
        type: 't',
        datacontenttype: 'application/json',
        data_base64: Buffer.from('{"Status__c":"done"}').toString('base64'),
      }),
    });
    expect(statusCode).toBe(202);
    const [event] = queuedEvents();
    expect(event).toMatchObject({ data: { Status__c: 'done' } });
    expect(event).not.toHaveProperty('data_base64');
  });

  it('takes an empty batch, and queues nothing', async () => {
    const { statusCode, json } = await post({
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: '[]',
    });
    expect([statusCode, json]).toEqual([202, { ids: [] }]);
    expect(queue.messages).toEqual([]);
  });

  it.each(['gzip', 'x-gzip', 'GZIP'])('takes a body in %s', async (coding) => {
    const { statusCode } = await post({
      headers: { 'content-encoding': coding },
      body: gzipSync('{"a":1}'),
    });
    expect(statusCode).toBe(202);
    expect(queuedEvents()).toMatchObject([{ data: { a: 1 } }]);
  });

  it('takes a slash behind the name', async () => {
    expect((await post({ path: '/orders/' })).statusCode).toBe(202);
    expect((await post({ path: '/orders//' })).statusCode).toBe(404);
  });

  it('takes an attribute that is null for one that is absent, as the JSON format of CloudEvents says', async () => {
    const { statusCode } = await post({
      headers: { 'content-type': 'application/cloudevents+json' },
      body: '{"specversion":"1.0","id":"e1","source":"/s","type":"t","subject":null,"time":null,"ext":null,"data":null}',
    });
    expect(statusCode).toBe(202);
    const [event] = queuedEvents();
    expect(event).toMatchObject({ subject: 'orders', time: expect.any(String), data: null });
    expect(event).not.toHaveProperty('ext');
    // A message that cannot be parsed here would never leave the queue.
    expect(() => parseEvent(JSON.stringify(event))).not.toThrow();
  });

  it.each<[string, Post, number, string]>([
    ['malformed JSON', { body: '{"a":' }, 400, 'malformed-event'],
    ['an empty body', { body: '' }, 400, 'malformed-event'],
    [
      'a CloudEvent without id',
      {
        headers: { 'content-type': 'application/cloudevents+json' },
        body: '{"specversion":"1.0","source":"/","type":"t"}',
      },
      400,
      'malformed-event',
    ],
    [
      'a CloudEvent of another version',
      {
        headers: { 'content-type': 'application/cloudevents+json' },
        body: '{"specversion":"0.3","id":"1","source":"/","type":"t"}',
      },
      400,
      'malformed-event',
    ],
    [
      'a CloudEvent with a bad attribute name',
      {
        headers: { 'content-type': 'application/cloudevents+json' },
        body: '{"specversion":"1.0","id":"1","source":"/","type":"t","Bad_Name":1}',
      },
      400,
      'malformed-event',
    ],
    [
      'a batch with one bad event',
      {
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body: '[{"specversion":"1.0","id":"1","source":"/","type":"t"},{}]',
      },
      400,
      'malformed-event',
    ],
    ['no credentials', { headers: { authorization: '' } }, 401, 'invalid-credentials'],
    [
      'a wrong password',
      { headers: { authorization: `Basic ${Buffer.from(`${USER}:guess`).toString('base64')}` } },
      401,
      'invalid-credentials',
    ],
    [
      'an unknown user',
      { headers: { authorization: `Basic ${Buffer.from('nobody:pass').toString('base64')}` } },
      401,
      'invalid-credentials',
    ],
    ['an unknown publication', { path: '/nothing' }, 404, 'not-found'],
    ['a name with a slash', { path: '/a/b' }, 404, 'not-found'],
    ['no name', { path: '/' }, 404, 'not-found'],
    ['another method', { method: 'GET' }, 405, 'method-not-allowed'],
    ['a number that no double holds', { body: '{"n":1e400}' }, 400, 'malformed-event'],
    ['a body over the limit', { body: JSON.stringify('x'.repeat(2 * 1024 * 1024)) }, 413, 'body-too-large'],
    [
      'JSON that nests too deep',
      { body: `${'['.repeat(60_000)}${']'.repeat(60_000)}` },
      400,
      'malformed-event',
    ],
    [
      'an Idempotency-Key of other characters',
      { headers: { 'idempotency-key': 'ä' } },
      400,
      'malformed-event',
    ],
    [
      'a CloudEvent in binary mode without its version and id',
      { headers: { 'ce-type': 't', 'ce-source': '/' } },
      400,
      'malformed-event',
    ],
    ['another coding', { headers: { 'content-encoding': 'br' } }, 415, 'unsupported-media-type'],
    ['two codings', { headers: { 'content-encoding': 'gzip, gzip' } }, 415, 'unsupported-media-type'],
    [
      'gzip that is none',
      { headers: { 'content-encoding': 'gzip' }, body: Buffer.from('{"a":1}') },
      400,
      'malformed-event',
    ],
    [
      'gzip that is cut short',
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync('{"a":1}').subarray(0, -4) },
      400,
      'malformed-event',
    ],
    [
      'gzip that grows beyond the limit',
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(100_000_000, ' ')) },
      413,
      'body-too-large',
    ],
    ['bytes that are no UTF-8', { body: Buffer.from('"\xff"', 'latin1') }, 400, 'malformed-event'],
    ['a byte order mark', { body: '\uFEFF{}' }, 400, 'malformed-event'],
    [
      'what is no media type',
      { headers: { 'content-type': 'application/json, application/json' } },
      415,
      'unsupported-media-type',
    ],
    [
      'a format of CloudEvents that is not JSON',
      { headers: { 'content-type': 'application/cloudevents+avro', 'ce-id': '1' } },
      415,
      'unsupported-media-type',
    ],
    [
      'a media type in the wrong header',
      { headers: { ...BINARY, 'ce-datacontenttype': 'text/plain' } },
      400,
      'malformed-event',
    ],
    [
      'an attribute that is no UTF-8',
      { headers: { ...BINARY, 'ce-subject': '%C0%A0' } },
      400,
      'malformed-event',
    ],
    ['JSON in binary mode that is none', { headers: BINARY, body: 'closed' }, 400, 'malformed-event'],
    [
      'a password behind garbage',
      { headers: { authorization: `${AUTHORIZATION}=` } },
      401,
      'invalid-credentials',
    ],
    [
      'an event without data for an org',
      { path: '/QuoteGenerationComplete', headers: BINARY, body: '' },
      422,
      'unprocessable-event',
    ],
    [
      'a text for an org',
      {
        path: '/QuoteGenerationComplete',
        headers: { ...BINARY, 'content-type': 'text/plain' },
        body: 'closed',
      },
      422,
      'unprocessable-event',
    ],
    [
      'bytes for an org',
      {
        path: '/QuoteGenerationComplete',
        headers: { ...BINARY, 'content-type': 'image/png' },
        body: Buffer.from([1, 2]),
      },
      422,
      'unprocessable-event',
    ],
    [
      'another charset',
      { headers: { 'content-type': 'application/json; charset=ISO-8859-1' } },
      415,
      'unsupported-media-type',
    ],
    ['plain text', { headers: { 'content-type': 'text/plain' } }, 415, 'unsupported-media-type'],
    ['no content type', { headers: { 'content-type': '' } }, 415, 'unsupported-media-type'],
    [
      'an array for a platform event',
      { path: '/QuoteGenerationComplete', body: '[1]' },
      422,
      'unprocessable-event',
    ],
  ])('refuses %s', async (_what, request, status, id) => {
    const { statusCode, json, headers } = await post(request);
    expect([statusCode, json['id']]).toEqual([status, id]);
    expect(json).toMatchObject({
      message: expect.stringMatching(/expected/),
      status,
      detail: json['message'],
    });
    expect(headers?.['content-type']).toBe('application/problem+json');
    expect(queue.messages).toEqual([]);
  });

  it('takes JSON of as many levels as it says, and of UTF-8 under each of its names', async () => {
    const nested = (levels: number) => `${'['.repeat(levels)}"${'['.repeat(1_000)}\\""${']'.repeat(levels)}`;
    expect((await post({ body: nested(EVENT_DEPTH_MAX) })).statusCode).toBe(202);
    expect((await post({ body: nested(EVENT_DEPTH_MAX + 1) })).statusCode).toBe(400);
    for (const charset of ['utf-8', '"UTF-8"', 'utf8', 'us-ascii']) {
      const { statusCode } = await post({
        headers: { 'content-type': `application/json;charset=${charset}` },
      });
      expect(statusCode).toBe(202);
    }
  });

  it('takes what just fits and refuses what just does not', async () => {
    const overhead = 2_000;
    expect((await post({ body: JSON.stringify('x'.repeat(EVENT_BYTES_MAX - overhead)) })).statusCode).toBe(
      202,
    );
    expect((await post({ body: JSON.stringify('x'.repeat(EVENT_BYTES_MAX)) })).statusCode).toBe(413);
    // Four bytes each, and twelve in the queue's encoding.
    expect((await post({ body: JSON.stringify('😀'.repeat(EVENT_BYTES_MAX / 8)) })).statusCode).toBe(413);
  });

  it.each<[readonly string[], string, number, string | undefined]>([
    [['eventgrid.azure.net'], 'EventGrid.azure.net', 200, 'EventGrid.azure.net'],
    [['*'], 'emitter.example.com', 200, 'emitter.example.com'],
    [['eventgrid.azure.net'], 'emitter.example.com', 403, undefined],
    // As if there were no handshake.
    [[], 'emitter.example.com', 401, undefined],
  ])(
    'where %j are allowed, answers the handshake of %s with %d',
    async (allowedOrigins, origin, status, allowed) => {
      const allowing = makeHandler({
        ...stores,
        queue,
        clock: new TestClock(),
        timers: systemTimers,
        inboundParts: noInbound,
        acceptances: ACCEPTANCES,
        newId: () => 'x',
        appPublishesPerSecond: 10,
        allowedOrigins,
        log: silentLog,
        metrics: silentMetrics,
      });
      const handshake = {
        rawPath: '/orders',
        headers: { 'webhook-request-origin': origin, 'webhook-request-rate': '120' },
        requestContext: { http: { method: 'OPTIONS', sourceIp: '192.0.2.1' } },
      } as unknown as APIGatewayProxyEventV2;
      const response = await allowing(handshake, context);
      expect(response.statusCode).toBe(status);
      expect(response.headers?.['webhook-allowed-origin']).toBe(allowed);
      expect(response.headers?.['webhook-allowed-rate']).toBe(allowed === undefined ? undefined : '*');
    },
  );

  it('accepts nothing when the queue does not, and says when to try again', async () => {
    const refusing = makeHandler({
      appPublishesPerSecond: 1_000_000,
      ...stores,
      queue: queueThat(async (messages) => messages.map(() => ({ queued: false, message: 'throttled' }))),
      clock: new TestClock(),
      timers: systemTimers,
      inboundParts: noInbound,
      acceptances: ACCEPTANCES,
      newId: () => 'x',
      allowedOrigins: [],
      log: silentLog,
      metrics: silentMetrics,
    });
    const response = await refusing(
      {
        rawPath: '/orders',
        headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
        body: '{}',
        requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
      } as unknown as APIGatewayProxyEventV2,
      context,
    );
    expect(response).toMatchObject({ statusCode: 429, headers: { 'retry-after': '1' } });
  });

  it('does not ask to try again when the queue will not take it until somebody mends the installation', async () => {
    const lines: [LogCode, LogFields | undefined][] = [];
    const denied = makeHandler({
      appPublishesPerSecond: 1_000_000,
      ...stores,
      queue: queueThat(async (messages) =>
        messages.map(() => ({ queued: false, reason: 'misconfigured', message: 'AccessDenied' })),
      ),
      clock: new TestClock(),
      timers: systemTimers,
      inboundParts: noInbound,
      acceptances: ACCEPTANCES,
      newId: () => 'x',
      allowedOrigins: [],
      metrics: silentMetrics,
      log: { write: (code, fields) => lines.push([code, fields]) },
    });
    const response = await denied(
      {
        rawPath: '/orders',
        headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
        body: '{}',
        requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
      } as unknown as APIGatewayProxyEventV2,
      context,
    );
    expect(response).toMatchObject({ statusCode: 500, body: expect.stringContaining('internal-error') });
    expect(lines).toEqual([['PUBLISH_QUEUE_REFUSED', { publication: 'orders', error: 'AccessDenied' }]]);
  });

  it('says that the disk is full where that is why', async () => {
    const full = makeHandler({
      appPublishesPerSecond: 1_000_000,
      ...stores,
      queue: queueThat(async (messages) =>
        messages.map(() => ({ queued: false, reason: 'storage-full', message: 'full' })),
      ),
      clock: new TestClock(),
      timers: systemTimers,
      inboundParts: noInbound,
      acceptances: ACCEPTANCES,
      newId: () => 'x',
      allowedOrigins: [],
      metrics: silentMetrics,
      log: silentLog,
    });
    const response = await full(
      {
        rawPath: '/orders',
        headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
        body: '{}',
        requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
      } as unknown as APIGatewayProxyEventV2,
      context,
    );
    expect(response).toMatchObject({ statusCode: 507, headers: { 'retry-after': '30' } });
    expect(JSON.parse(response.body ?? '')).toMatchObject({
      id: 'storage-full',
      message: expect.stringContaining('nothing was accepted. Make room'),
    });
  });
});
