import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { type HttpServer, serveHttp } from '../http.ts';

let server: HttpServer | undefined;

afterEach(async () => {
  await server?.close();
});

test.each([
  ['//', '//', 404],
  ['///x//y', '///x//y', 404],
  ['http://org.example/services/data?a=1', '/services/data', 404],
  ['http://[::1/v1', undefined, 400],
  ['*', undefined, 400],
])('the target %s of a request is the path %s', async (target, path, status) => {
  const seen: string[] = [];
  server = await serveHttp('127.0.0.1', 0, [(each) => void seen.push(each.path)]);
  // Not with fetch, which would normalise the target.
  const asked = request({ host: '127.0.0.1', port: server.port, path: target });
  const answered = once(asked, 'response');
  asked.end();
  const [response] = (await answered) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(status);
  expect(seen).toEqual(path === undefined ? [] : [path]);
});
