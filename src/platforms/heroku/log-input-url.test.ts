import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { listenOnLoopback, stopServer } from '../../../test/support/loopback-server.ts';
import { systemClock } from '../../base/clock.ts';
import { makeFindLogInputUrl } from './log-input-url.ts';

const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map(stopServer)));

/** A Heroku that gives this answer to every request. */
async function answering(status: number, body: unknown) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization} ${request.headers.accept}`);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  servers.push(server);
  const apiUrl = await listenOnLoopback(server);
  const find = makeFindLogInputUrl({
    addresses: { allowLoopback: true },
    clock: systemClock,
    hosts: { apiUrl },
  });
  return { answer: await find('a-uuid', 'a-token'), asked };
}

const attachment = (app: string, url: string | null | undefined) => ({
  id: 'x',
  name: 'HEROKUEVENTS',
  app: { id: app, name: app },
  addon: { id: 'a-uuid', name: 'herokuevents-1', app: { id: 'owner', name: 'owner' } },
  ...(url !== undefined && { log_input_url: url }),
});

test('the URL is that of the app which owns the resource, whoever shares it', async () => {
  const { answer, asked } = await answering(200, [
    attachment('other', 'https://token:t.other@1.us.logplex.io/logs'),
    attachment('owner', 'https://token:t.owner@1.us.logplex.io/logs'),
  ]);
  expect(answer).toEqual({ kind: 'url', url: 'https://token:t.owner@1.us.logplex.io/logs' });
  expect(asked).toEqual([
    'GET /addons/a-uuid/addon-attachments Bearer a-token application/vnd.heroku+json; version=3',
  ]);
});

test.each([
  ['of Fir', [attachment('owner', null)]],
  ['that is not asked for', [attachment('owner', undefined)]],
  ['of nobody', []],
])('a log %s has none', async (_what, body) => {
  expect((await answering(200, body)).answer).toEqual({ kind: 'url', url: undefined });
});

test.each([
  [401, '{}', { kind: 'unauthorized' }],
  [403, '{}', { kind: 'unauthorized' }],
  [404, '{}', { kind: 'unavailable', reason: 'http-404' }],
  [503, '{}', { kind: 'unavailable', reason: 'http-503' }],
  [302, '', { kind: 'unavailable', reason: 'http-302' }],
  [200, 'not JSON, with a t.secret', { kind: 'unavailable', reason: 'answer-not-readable' }],
  [
    200,
    [{ log_input_url: 'https://token:t.secret@a' }],
    { kind: 'unavailable', reason: 'answer-not-readable' },
  ],
])('%i %j is an answer that quotes nothing', async (status, body, expected) => {
  expect((await answering(status, body)).answer).toEqual(expected);
});

test('so is nobody at all', async () => {
  const find = makeFindLogInputUrl({
    addresses: { allowLoopback: true },
    clock: systemClock,
    hosts: { apiUrl: 'http://127.0.0.1:9' },
  });
  expect(await find('a-uuid', 'a-token')).toEqual({ kind: 'unavailable', reason: 'no-answer' });
});
