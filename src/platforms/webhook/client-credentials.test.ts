import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenOnLoopback, stopServer } from '../../../test/support/loopback-server.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { GuardedAgents } from '../outbound/guarded-agents.ts';
import {
  ClientCredentials,
  FAILURE_MS,
  RENEWED_AFTER_MS_MIN,
  type TokenClient,
} from './client-credentials.ts';

// A token endpoint of our own on loopback, over real HTTP.

interface Asked {
  readonly authorization: string | undefined;
  readonly form: Readonly<Record<string, string>>;
}

const SECRET = 's3cret/+:%';
let server: Server;
let asked: Asked[];
let answer: (response: ServerResponse, request: IncomingMessage, form: Asked['form']) => void;
let agents: GuardedAgents;
let clock: TestClock;
let credentials: ClientCredentials;
let client: TokenClient;

function issue(response: ServerResponse, more: object = { expires_in: 3_600 }): void {
  const body = { access_token: `token-${asked.length}`, token_type: 'bearer', ...more };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function fail(status: number, body: string, headers: Record<string, string> = {}): void {
  answer = (response) => response.writeHead(status, headers).end(body);
}

beforeEach(async () => {
  asked = [];
  answer = (response) => issue(response);
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const form = Object.fromEntries(new URLSearchParams(body));
      asked.push({ authorization: request.headers.authorization, form });
      answer(response, request, form);
    });
  });
  const origin = await listenOnLoopback(server);
  clock = new TestClock();
  agents = new GuardedAgents({ addresses: { allowLoopback: true }, clock });
  credentials = new ClientCredentials(clock);
  client = {
    key: 'publication 1',
    settings: { kind: 'oauth', tokenUrl: `${origin}/token?tenant=1`, clientId: 'a:client', scope: 'a b' },
    clientSecret: SECRET,
    agent: () => agents.of('app'),
  };
});

afterEach(async () => {
  await agents.close();
  await stopServer(server);
});

describe('an access token', () => {
  it('is asked for with the secret in the Authorization header, encoded as RFC 6749 says', async () => {
    expect(await credentials.token(client)).toEqual({ kind: 'token', token: 'token-1' });
    const login = Buffer.from(`a%3Aclient:s3cret%2F%2B%3A%25`).toString('base64');
    expect(asked).toEqual([
      { authorization: `Basic ${login}`, form: { grant_type: 'client_credentials', scope: 'a b' } },
    ]);
  });

  it.each([
    [401, ''],
    [400, '{"error":"invalid_client"}'],
  ])('is asked for with the secret in the form where that is refused by %i', async (status, body) => {
    answer = (response, { headers }) => {
      if (headers.authorization === undefined) issue(response);
      else response.writeHead(status).end(body);
    };
    expect(await credentials.token(client)).toEqual({ kind: 'token', token: 'token-2' });
    expect(asked[1]).toEqual({
      authorization: undefined,
      form: { grant_type: 'client_credentials', scope: 'a b', client_id: 'a:client', client_secret: SECRET },
    });
  });

  it('is asked for once by all who wait for it, and kept', async () => {
    const tokens = await Promise.all(Array.from({ length: 50 }, () => credentials.token(client)));
    expect(new Set(tokens.map((each) => JSON.stringify(each)))).toHaveLength(1);
    await credentials.token(client);
    expect(asked).toHaveLength(1);
    await credentials.token({ ...client, key: 'publication 2' });
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['an hour', { expires_in: 3_600 }, 3_539_000, 3_541_000],
    ['an hour, as a text', { expires_in: '3600' }, 3_539_000, 3_541_000],
    ['a minute', { expires_in: 60 }, 29_000, 31_000],
    ['a time that is not said', {}, 3_539_000, 3_541_000],
  ])('of %s is renewed before its end', async (_what, more, keptMs, renewedMs) => {
    answer = (response) => issue(response, more);
    await credentials.token(client);
    clock.advance(keptMs);
    await credentials.token(client);
    expect(asked).toHaveLength(1);
    clock.advance(renewedMs - keptMs);
    await credentials.token(client);
    expect(asked).toHaveLength(2);
  });

  it('that the receiver refuses is renewed once for all who had it', async () => {
    await credentials.token(client);
    clock.advance(RENEWED_AFTER_MS_MIN);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => credentials.token(client, 'token-1')));
    expect(new Set(tokens.map((each) => JSON.stringify(each)))).toEqual(
      new Set(['{"kind":"token","token":"token-2"}']),
    );
    expect(asked).toHaveLength(2);
    // A late caller with the old token gets the new one.
    expect(await credentials.token(client, 'token-1')).toEqual({ kind: 'token', token: 'token-2' });
    expect(asked).toHaveLength(2);
  });

  it('is not renewed by every delivery of a receiver that refuses them all', async () => {
    await credentials.token(client);
    expect(await credentials.token(client, 'token-1')).toEqual({ kind: 'token', token: 'token-1' });
    expect(asked).toHaveLength(1);
  });
});

describe('a token endpoint that gives none', () => {
  it.each([
    ['its owner, when it refuses the client', 401, '{"error":"invalid_client"}', 'oauth-refused'],
    ['its owner, when it refuses the scope', 400, '{"error":"invalid_scope"}', 'oauth-refused'],
    ['its owner, when nothing is there', 404, '<h1>Not Found</h1>', 'oauth-refused'],
    ['nobody, when it is overloaded', 429, '', 'oauth-unavailable'],
    ['nobody, when it is down', 503, '<h1>Sorry</h1>', 'oauth-unavailable'],
    ['nobody, by what it says itself', 400, '{"error":"temporarily_unavailable"}', 'oauth-unavailable'],
    ['nobody, when it redirects', 302, '', 'oauth-unavailable'],
    ['by what is no token', 200, '{"access_token":"a\\r\\nb"}', 'oauth-unreadable'],
    ['by what is no JSON', 200, '<h1>Welcome</h1>', 'oauth-unreadable'],
    ['by a token of another type', 200, '{"access_token":"a","token_type":"mac"}', 'oauth-unreadable'],
  ])('tells %s', async (_what, status, body, errorId) => {
    fail(status, body, { location: '/elsewhere' });
    const told = await credentials.token(client);
    expect(told).toMatchObject({ kind: 'failed', errorId });
    const message = 'message' in told ? told.message : '';
    expect(message).toMatch(/^expected an access token from http.*found /);
    expect(message.includes('events:publications:update')).toBe(errorId === 'oauth-refused');
  });

  it('is asked again after some seconds, not by each delivery', async () => {
    fail(503, '', { 'retry-after': '120' });
    const failed = await Promise.all([credentials.token(client), credentials.token(client)]);
    expect(failed).toMatchObject([{ retryAfterMs: 120_000 }, { retryAfterMs: 120_000 }]);
    clock.advance(FAILURE_MS - 1);
    await credentials.token(client);
    expect(asked).toHaveLength(1);
    answer = (response) => issue(response);
    clock.advance(1);
    expect(await credentials.token(client)).toMatchObject({ kind: 'token' });
  });

  it('is not quoted where it repeats the secret', async () => {
    fail(400, JSON.stringify({ error: 'invalid_request', error_description: `bad secret ${SECRET}` }));
    expect(JSON.stringify(await credentials.token(client))).not.toContain(SECRET);
    fail(400, JSON.stringify({ error: 'invalid_request', error_description: 'no such tenant' }));
    clock.advance(FAILURE_MS);
    expect(JSON.stringify(await credentials.token(client))).toContain('invalid_request: no such tenant');
  });

  it('is reached by the guarded connections only', async () => {
    const strict = new GuardedAgents({ addresses: { allowLoopback: false }, clock });
    expect(await credentials.token({ ...client, agent: () => strict.of('app') })).toMatchObject({
      errorId: 'oauth-unavailable',
      message: expect.stringContaining('ADDRESS_NOT_PUBLIC'),
    });
    expect(asked).toEqual([]);
    await strict.close();
  });
});
