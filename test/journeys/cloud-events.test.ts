import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalRun, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';

// A sender built without any SDK, byte by byte, against `npm start` as a process; what counts is what arrives at a
// webhook.

let run: LocalRun;
let receiver: Receiver;
let login: string;
const state = temporaryState();

beforeAll(async () => {
  receiver = await startReceiver();
  run = await LocalRun.start(state.dir, '--no-demo');
  const { json: app } = await run.api('POST', '/v1/apps', { name: 'shop' });
  const { username, password } = new URL(String(app['publish_url']));
  login = Buffer.from(`${username}:${password}`).toString('base64');
  const hook = { name: 'hook', url: receiver.url };
  await run.api('POST', `/v1/tenants/${String(app['id'])}/platforms/webhook/publications`, hook);
});
afterAll(async () => {
  await run.end('SIGINT');
  await receiver.close();
  state.remove();
});

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends one request on its own connection, with exactly these bytes as its head. */
async function send(lines: readonly string[], body: string | Buffer = '', path = '/hook'): Promise<Answer> {
  const { hostname, port } = new URL(run.origin);
  const socket = connect(Number(port), hostname);
  const [first = '', ...headers] =
    lines[0]?.includes(' HTTP/1.1') === true ? lines : [`POST ${path} HTTP/1.1`, ...lines];
  const own = [`Host: ${hostname}`, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close'];
  socket.write([first, ...own, ...headers, '', ''].join('\r\n'));
  socket.write(body);
  const [head = '', ...rest] = (await buffer(socket)).toString('utf8').split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: rest.join('\r\n\r\n') };
}

function binary(id: string, ...headers: readonly string[]): string[] {
  const required = [`ce-id: ${id}`, 'ce-source: /s', 'ce-type: t', 'ce-specversion: 1.0'];
  return [`Authorization: Basic ${login}`, 'Content-Type: application/json', ...required, ...headers];
}

async function arrived(id: string): Promise<Readonly<Record<string, unknown>>> {
  const found = () => receiver.received.find(({ event }) => event['id'] === id);
  await receiver.until(() => found() !== undefined);
  return found()?.event ?? {};
}

describe('attributes in headers', () => {
  it.each([
    ['raw', 'ce-subject: Zürich 東京 😀', 'Zürich 東京 😀'],
    ['encoded', 'ce-subject: Z%C3%BCrich%20%F0%9F%98%80', 'Zürich 😀'],
    ['quoted', 'ce-subject: "a \\"b\\" %22"', 'a "b" "'],
    ['stray', 'ce-subject: 100 % of "a', '100 % of "a'],
  ])('that are %s arrive as what they mean', async (id, header, subject) => {
    expect(await send(binary(id, header), '{}')).toMatchObject({ status: 202 });
    expect(await arrived(id)).toMatchObject({ subject, data: {} });
  });

  it('that are there twice arrive as one', async () => {
    expect(await send(binary('twice', 'ce-note: a', 'CE-Note: b', 'ce-subject: x'), '{}')).toMatchObject({
      status: 202,
    });
    expect(await arrived('twice')).toMatchObject({ note: 'a,b', subject: 'x' });
  });

  it('that are required and there twice make the event one of that name', async () => {
    expect(await send(binary('first', 'ce-id: second'), '{}')).toMatchObject({
      status: 202,
      body: JSON.stringify({ id: 'first,second', ids: ['first,second'] }),
    });
  });

  it('that cannot be a media type are refused', async () => {
    const answer = await send(binary('types', 'Content-Type: text/plain'), '{}');
    expect(answer).toMatchObject({ status: 415 });
    expect(answer.body).toContain('application/json,text/plain');
  });

  it('of bytes that are no UTF-8 after decoding are refused with their name', async () => {
    const answer = await send(binary('bytes', 'ce-subject: %ff'), '{}');
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.body).toContain('ce-subject');
  });
});

describe('bodies', () => {
  const batch = (body: string | Buffer, ...headers: readonly string[]) =>
    send(
      [`Authorization: Basic ${login}`, 'Content-Type: application/cloudevents-batch+json', ...headers],
      body,
    );

  it('may be a batch without events', async () => {
    expect(await batch('[]')).toMatchObject({ status: 202, body: '{"ids":[]}' });
  });

  it('are no batch because they are JSON', async () => {
    expect(await batch('{}')).toMatchObject({ status: 400 });
  });

  it('may be in gzip, and then have to be', async () => {
    const event = { specversion: '1.0', id: 'zipped', source: '/s', type: 't', data: { a: 'ä' } };
    const body = Buffer.from(JSON.stringify([event]));
    expect(await batch(gzipSync(body), 'Content-Encoding: gzip')).toMatchObject({ status: 202 });
    expect(await arrived('zipped')).toMatchObject({ data: { a: 'ä' } });
    expect(await batch(body, 'Content-Encoding: gzip')).toMatchObject({ status: 400 });
    expect(await batch(gzipSync(body), 'Content-Encoding: br')).toMatchObject({ status: 415 });
  });

  it('may be absent', async () => {
    const lines = binary('absent').filter((line) => !line.startsWith('Content-Type'));
    expect(await send(lines)).toMatchObject({ status: 202 });
    const event = await arrived('absent');
    expect(event).not.toHaveProperty('data');
    expect(event).not.toHaveProperty('datacontenttype');
  });
});

describe('the publish URL as a target of other products', () => {
  it.each([
    ['/hook/', 202],
    ['/hook//', 404],
    ['/hook/more', 404],
  ])('%s is answered with %d', async (path, status) => {
    expect(await send(binary(`path-${path.length}`), '{}', path)).toMatchObject({ status });
  });

  it('agrees to be sent events, without a password', async () => {
    const answer = await send([
      'OPTIONS /hook/ HTTP/1.1',
      'WebHook-Request-Origin: eventemitter.example.com',
    ]);
    expect(answer.status).toBe(200);
    expect(answer.head.toLowerCase()).toContain('webhook-allowed-origin: eventemitter.example.com');
    expect(await send(['OPTIONS /hook HTTP/1.1'])).toMatchObject({ status: 401 });
  });
});
