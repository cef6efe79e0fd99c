import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { listenOnLoopback, stopServer } from '../../../../test/support/loopback-server.ts';
import { systemClock } from '../../../base/clock.ts';
import { makeOAuthHttp } from './http.ts';

it('posts a form, follows no redirect, and reaches loopback only where that is allowed', async () => {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ body, type: request.headers['content-type'] });
      response.writeHead(302, { location: '/elsewhere', date: 'Thu, 01 Jan 2026 00:00:00 GMT' }).end('moved');
    });
  });
  const url = `${await listenOnLoopback(server)}/services/oauth2/token`;
  const over = (allowLoopback: boolean) =>
    makeOAuthHttp({ addresses: { allowLoopback }, clock: systemClock });
  expect(await over(true).post(url, { grant_type: 'refresh_token', token: 'a b&c' })).toEqual({
    kind: 'answer',
    status: 302,
    body: 'moved',
    serverTimeMs: Date.UTC(2026, 0, 1),
  });
  expect(await over(false).post(url, {})).toEqual({ kind: 'no-answer', message: 'ADDRESS_NOT_PUBLIC' });
  expect(asked).toEqual([
    { body: 'grant_type=refresh_token&token=a+b%26c', type: 'application/x-www-form-urlencoded' },
  ]);
  await stopServer(server);
});
