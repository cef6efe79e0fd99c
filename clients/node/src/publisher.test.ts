import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { listenOnLoopback, stopServer } from '../../../test/support/loopback-server.ts';
import type { Environment } from './environment.ts';
import {
  InvalidInputError,
  PublishAbortedError,
  PublishError,
  PublishRefusedError,
  PublishUnavailableError,
} from './errors.ts';
import { Publisher, type PublisherOptions } from './publisher.ts';

// Real HTTP against a scripted service; the time between attempts is virtual, and randomness is fixed.
// test/journeys/client-library.test.ts covers the real service.

interface Request {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
type Answer = (response: ServerResponse, request: Request) => void;

const accept: Answer = (response) => response.writeHead(202).end('{}');
const problem =
  (status: number, id: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response
      .writeHead(status, headers)
      .end(JSON.stringify({ id, message: `expected better than ${id}`, status }));
const tear: Answer = (response) => response.destroy();

let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

/** A service that gives these answers in turn and repeats the last one. */
async function service(...answers: readonly Answer[]) {
  const requests: Request[] = [];
  const waits: number[] = [];
  let elapsedMs = 0;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const taken = { path: request.url ?? '', headers: request.headers, body };
      requests.push(taken);
      (answers[requests.length - 1] ?? answers.at(-1) ?? accept)(response, taken);
    });
  });
  const origin = await listenOnLoopback(server);
  stop = () => stopServer(server);
  const environment: Partial<Environment> = {
    random: () => 0.5,
    elapsedMs: () => elapsedMs,
    nowMs: () => Date.UTC(2026, 10, 29),
    wait: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      elapsedMs += ms;
    },
  };
  const url = origin.replace('http://', 'http://us%40er:pass%3Aword@');
  const publisher = (options: PublisherOptions = {}) =>
    new Publisher(url, { ...options, environment: { ...environment, ...options.environment } });
  return { publisher, requests, waits, origin, url, stop };
}

async function failure(promise: Promise<unknown>): Promise<PublishError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PublishError)) throw new Error(`expected a PublishError, found ${inspect(error)}`);
  return error;
}

const anEvent = (n: number, data: unknown = n) => ({ id: `e${n}`, source: '/s', type: 't', data });

describe('publish', () => {
  it('posts the data with the login in a header, and answers the id', async () => {
    const { publisher, requests } = await service(accept);
    const id = await publisher().publish('orders', { Total__c: 2n ** 60n });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ path: '/orders', body: '{"Total__c":1152921504606846976}' });
    expect(requests[0]?.headers).toMatchObject({
      authorization: `Basic ${btoa('us@er:pass:word')}`,
      'content-type': 'application/json',
      'idempotency-key': id,
    });
  });

  it.each([
    ['429', problem(429, 'try-later')],
    ['500', problem(500, 'internal-error')],
    ['507', problem(507, 'storage-full')],
    ['a gateway that failed', ((response) => response.writeHead(502).end('<html>')) satisfies Answer],
    ['a connection torn', tear],
  ])('tries again after %s, with the same id and full jitter', async (_what, answer) => {
    const { publisher, requests, waits } = await service(answer, answer, answer, accept);
    const id = await publisher().publish('orders', {});
    expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual([id, id, id, id]);
    expect(waits).toEqual([100, 200, 400]);
  });

  it('waits anything from nothing to the ceiling, which has a maximum', async () => {
    for (const [random, last] of [
      [0, 0],
      [0.999, 9_990],
    ] as const) {
      const { publisher, waits } = await service(...Array(8).fill(problem(500, 'internal-error')), accept);
      await publisher({ environment: { random: () => random } }).publish('orders', {});
      expect(waits.at(-1)).toBeCloseTo(last);
      await stop();
    }
  });

  it('waits as long as the service asks, and some jitter more', async () => {
    const later = problem(429, 'try-later', { 'retry-after': '7' });
    const { publisher, waits } = await service(later, accept);
    await publisher().publish('orders', {});
    expect(waits).toEqual([7_100]);
  });

  it('does not wait beyond its time, and says what was found', async () => {
    const later = problem(507, 'storage-full', { 'retry-after': '30' });
    const { publisher, waits, requests } = await service(later);
    const error = await failure(publisher().publish('orders', {}, { timeoutMs: 40_000, id: 'mine' }));
    expect(error).toBeInstanceOf(PublishUnavailableError);
    expect(error).toMatchObject({ status: 507, problemId: 'storage-full', attempts: 2, id: 'mine' });
    expect(error.message).toMatch(
      /within 40 s, found after 2 attempt\(s\) that .*expected better than storage-full/,
    );
    expect([waits.length, requests.length]).toEqual([1, 2]);
  });

  it.each([
    [400, 'malformed-event'],
    [401, 'invalid-credentials'],
    [404, 'not-found'],
    [408, 'timeout'],
    [413, 'body-too-large'],
    [415, 'unsupported-media-type'],
    [422, 'unprocessable-event'],
  ])('takes %d as the last word', async (status, id) => {
    // A Retry-After makes no difference.
    const { publisher, requests } = await service(problem(status, id, { 'retry-after': '1' }), accept);
    const error = await failure(publisher().publish('orders', {}));
    expect(error).toBeInstanceOf(PublishRefusedError);
    expect(error).toMatchObject({ status, problemId: id, attempts: 1 });
    expect(error.message).toContain(`expected better than ${id}`);
    expect(requests).toHaveLength(1);
  });

  it('follows no redirect, because the password is for one host', async () => {
    const { publisher, requests } = await service((response) =>
      response.writeHead(307, { location: '/elsewhere' }).end(),
    );
    expect(await failure(publisher().publish('orders', {}))).toMatchObject({ status: 307 });
    expect(requests).toHaveLength(1);
  });

  it('does not take a page of something in between for an answer of the service', async () => {
    const { publisher } = await service((response) => response.writeHead(200).end('<html>hello'));
    const error = await failure(publisher().publish('orders', {}));
    expect(error).toMatchObject({ status: 200, problemId: undefined });
    expect(error.message).toContain('check the host and the path of the publish URL');
  });

  it('counts 202 as accepted though its body is torn', async () => {
    const { publisher, requests } = await service((response) => {
      response.writeHead(202, { 'content-length': '100' }).write('{', () => response.destroy());
    });
    await publisher().publish('orders', {});
    expect(requests).toHaveLength(1);
  });

  it('gives up an attempt that is not answered, and makes another', async () => {
    const { publisher, requests } = await service(() => {}, accept);
    await publisher({ attemptTimeoutMs: 50 }).publish('orders', {});
    expect(requests).toHaveLength(2);
  });

  it('an abort ends a request, with the reason as the cause', async () => {
    const controller = new AbortController();
    const { publisher } = await service(() => controller.abort(new Error('closing down')));
    // With these limits, nothing else ends the call.
    const patient = publisher({ timeoutMs: 2e9, attemptTimeoutMs: 2e9 });
    const error = await failure(patient.publish('orders', {}, { signal: controller.signal }));
    expect(error).toBeInstanceOf(PublishAbortedError);
    expect(error).toMatchObject({ name: 'AbortError', cause: new Error('closing down'), attempts: 1 });
  });

  it('an abort ends a wait, by the real timers', async () => {
    const controller = new AbortController();
    const { url, requests } = await service((response) => {
      response
        .writeHead(429, { 'retry-after': '30' })
        .end('', () => setTimeout(() => controller.abort(), 20));
    });
    const error = await failure(new Publisher(url).publish('orders', {}, { signal: controller.signal }));
    expect([error.name, requests.length]).toEqual(['AbortError', 1]);
  });

  it('sends nothing with a signal that is aborted already', async () => {
    const { publisher, requests } = await service(accept);
    const error = await failure(publisher().publish('orders', {}, { signal: AbortSignal.abort() }));
    expect([error.name, error.attempts, requests.length]).toEqual(['AbortError', 0, 0]);
  });
});

describe('publishEvents', () => {
  it('makes ids once, before the first attempt', async () => {
    const { publisher, requests } = await service(tear, accept);
    const ids = await publisher().publishEvents('orders', [{ source: '/s', type: 't' }, anEvent(1)]);
    expect(requests).toHaveLength(2);
    expect(requests[0]?.body).toBe(requests[1]?.body);
    expect(JSON.parse(requests[1]?.body ?? '').map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(ids[1]).toBe('e1');
    expect(requests[0]?.headers['content-type']).toBe('application/cloudevents-batch+json');
  });

  it('sends nothing for no events', async () => {
    const { publisher, requests } = await service(accept);
    expect(await publisher().publishEvents('orders', [])).toEqual([]);
    expect(requests).toEqual([]);
  });

  it.each([
    [500, [500]],
    [501, [500, 1]],
  ])('splits %d events into %j', async (count, sizes) => {
    const { publisher, requests } = await service(accept);
    const ids = await publisher().publishEvents(
      'orders',
      Array.from({ length: count }, (_, n) => anEvent(n)),
    );
    expect(ids).toHaveLength(count);
    expect(requests.map(({ body }) => JSON.parse(body).length)).toEqual(sizes);
  });

  it('halves what the service finds too large', async () => {
    const fits: Answer = (response, request) =>
      (JSON.parse(request.body).length > 2 ? problem(413, 'body-too-large') : accept)(response, request);
    const { publisher, requests } = await service(fits);
    const ids = await publisher().publishEvents(
      'orders',
      [1, 2, 3, 4, 5].map((n) => anEvent(n)),
    );
    expect(ids).toEqual(['e1', 'e2', 'e3', 'e4', 'e5']);
    expect(requests.map(({ body }) => JSON.parse(body).length)).toEqual([5, 3, 2, 1, 2]);
  });

  it('an error says which events were accepted, and continues with the others', async () => {
    const { publisher, requests } = await service(accept, problem(422, 'unprocessable-event'), accept);
    const events = Array.from({ length: 502 }, () => ({ source: '/s', type: 't' }));
    const error = await failure(publisher().publishEvents('orders', events));
    expect([error.accepted.length, error.remaining.length]).toEqual([500, 2]);
    expect(error.id).toBe(error.remaining[0]?.id);
    const ids = await publisher().publishEvents('orders', error.remaining);
    expect(ids).toEqual(error.remaining.map(({ id }) => id));
    expect(requests[2]?.body).toBe(requests[1]?.body);
  });
});

describe('what is wrong before anything is sent', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const publisher = new Publisher('https://u:p@events.example.com');
  const fits = 'x'.repeat(1_000_000);

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['a name', () => publisher.publish('../v1', {}), /name of a publication.*"\.\.\/v1"/],
    ['an id', () => publisher.publish('x', {}, { id: 'ä' }), /an id of 1 to 200/],
    ['an id that a header would trim', () => publisher.publish('x', {}, { id: ' a' }), /an id of 1 to 200/],
    ['no data', () => publisher.publish('x', undefined), /a JSON value, found undefined/],
    ['a circle', () => publisher.publish('x', cyclic), /cannot be written as JSON/],
    ['a time limit', () => publisher.publish('x', {}, { timeoutMs: 0 }), /timeoutMs .* found 0/],
    [
      'no event',
      () => publisher.publishEvents('x', [null as never]),
      /event 0 to be a CloudEvent.*found null/,
    ],
    [
      'no type',
      () => publisher.publishEvents('x', [anEvent(1), { ...anEvent(2), type: '' }]),
      /"type" of event 1/,
    ],
    [
      'an event too large',
      () => publisher.publishEvents('x', [anEvent(1), anEvent(2, fits + fits)]),
      /event 1 to take/,
    ],
  ])('%s', async (_what, call, message) => {
    await expect(call()).rejects.toThrow(InvalidInputError);
    await expect(call()).rejects.toThrow(message);
  });

  it.each([
    ['none', undefined, 'found none'],
    ['a text', 'secret-word', 'no URL'],
    ['another protocol', 'ftp://u:secret-word@host', 'ftp:'],
    ['no user', 'https://:secret-word@host', 'without a user'],
    ['no password', 'https://secret-word@host', 'without a password'],
    ['a wrong encoding', 'https://u:secret-word%zz@host', 'encodes nothing'],
    ['a wrong port', 'https://u:secret-word@host:99999', 'no URL'],
  ])('a publish URL with %s, without showing it', (_what, url, found) => {
    let error: unknown;
    try {
      new Publisher(url as string);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(String(error)).toContain(found);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret-word');
  });
});

it.each<[string, Answer]>([
  ['refused', problem(401, 'invalid-credentials')],
  ['unavailable', tear],
])('neither a publisher nor the error of a publish that is %s shows the password', async (_what, answer) => {
  const { publisher } = await service(answer);
  const ours = publisher({ timeoutMs: 300 });
  const error = await failure(ours.publish('orders', {}));
  const shown = [ours, error].map((each) => inspect(each, { depth: 9, showHidden: true })).join();
  expect(shown + JSON.stringify([ours, error])).not.toMatch(/pass(?::|%3A)word|dXNAZXI6cGFzczp3b3Jk/);
});
