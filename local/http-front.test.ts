import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpFront, startHttpFront } from './http-front.ts';

let front: HttpFront;
let seen: { by: 'api' | 'ingest'; event: APIGatewayProxyEventV2 }[];
let faults: string[];

beforeEach(async () => {
  seen = [];
  faults = [];
  const answering = (by: 'api' | 'ingest') => async (event: APIGatewayProxyEventV2) => {
    seen.push({ by, event });
    return { statusCode: 200, body: '{}' };
  };
  front = await startHttpFront({
    port: 0,
    api: answering('api'),
    ingest: answering('ingest'),
    onFault: (_name, message) => faults.push(message),
  });
});
afterEach(() => front.close());

async function opened(): Promise<Socket> {
  const socket = connect(front.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Sends the bytes unchanged; returns the status line. */
async function send(head: readonly string[], body: Buffer = Buffer.alloc(0)): Promise<string> {
  const socket = await opened();
  socket.write(
    Buffer.concat([
      Buffer.from(
        [...head, 'Host: localhost', `Content-Length: ${body.length}`, 'Connection: close', '', ''].join(
          '\r\n',
        ),
        'latin1',
      ),
      body,
    ]),
  );
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text.split('\r\n', 1)[0] ?? '';
}

describe('the local front door', () => {
  it.each([
    ['/orders', 'ingest', '/orders', ''],
    ['/orders/?a=b', 'ingest', '/orders/', 'a=b'],
    ['//', 'ingest', '//', ''],
    ['///v1/apps', 'ingest', '///v1/apps', ''],
    ['http://[::1/v1/apps', 'api', '/v1/apps', ''],
    ['http://127.0.0.1/v1/apps?x=%', 'api', '/v1/apps', 'x=%'],
    ['/console', 'api', '/console', ''],
    ['/console/assets/a.js', 'api', '/console/assets/a.js', ''],
    ['/consoles', 'ingest', '/consoles', ''],
    ['http://127.0.0.1', 'ingest', '/', ''],
    ['/v1', 'ingest', '/v1', ''],
    ['/v1/', 'api', '/v1/', ''],
    ['/a/../v1/apps', 'ingest', '/a/../v1/apps', ''],
    ['/%zz', 'ingest', '/%zz', ''],
  ])('hands %s to %s as it is', async (target, by, rawPath, rawQueryString) => {
    expect(await send([`GET ${target} HTTP/1.1`])).toBe('HTTP/1.1 200 OK');
    expect(seen).toMatchObject([{ by, event: { rawPath, rawQueryString } }]);
    expect(faults).toEqual([]);
  });

  it('joins a header that is there twice, as API Gateway does', async () => {
    await send([
      'POST /orders HTTP/1.1',
      'ce-id: a',
      'ce-id: b',
      'Content-Type: text/plain',
      'content-type: x',
    ]);
    expect(seen[0]?.event.headers).toMatchObject({ 'ce-id': 'a,b', 'content-type': 'text/plain,x' });
  });

  it.each([
    ['application/json', Buffer.from('{"a":"ä"}'), false],
    ['application/json', Buffer.from([0x22, 0xff, 0x22]), true],
    ['image/png', Buffer.from('text'), true],
    ['application/json', gzipSync('{}'), true],
  ])('hands over a body of %s whole', async (type, body, isBase64Encoded) => {
    await send(['POST /orders HTTP/1.1', `Content-Type: ${type}`], body);
    const event = seen[0]?.event;
    expect(event?.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(event?.body ?? '', isBase64Encoded ? 'base64' : 'utf8')).toEqual(body);
  });

  it('takes an upload that its client breaks off for no fault of ours', async () => {
    const socket = await opened();
    socket.write('POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf');
    socket.resetAndDestroy();
    await once(socket, 'close');
    // The next request shows that the first has ended.
    await send(['GET /orders HTTP/1.1']);
    expect(seen).toHaveLength(1);
    expect(faults).toEqual([]);
  });
});
