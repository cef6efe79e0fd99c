import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type HttpFront, startHttpFront } from '../../local/http-front.ts';
import { ApiUnderTest } from '../support/api-under-test.ts';
import { listenOnLoopback, stopServer } from '../support/loopback-server.ts';
import { runSluice, unwrapped } from './run-sluice.ts';

// apply over a network that loses answers, between the real command and the production management API.

const home = mkdtempSync(join(tmpdir(), 'sluice-network-'));
const SETUP = `sluice: 1
publications:
  crm: { platform: webhook, url: "https://example.com/hook" }
`;
let api: ApiUnderTest;
let front: HttpFront;
let network: string;
/** What happens to the next requests of a method: their answer is lost after the work is done, or they are refused. */
const troubles: { method: string; kind: 'lose' | 'refuse' }[] = [];
const seen: IncomingMessage[] = [];

const proxy = createServer((incoming, outgoing) => {
  seen.push(incoming);
  const at = troubles.findIndex(({ method }) => method === incoming.method);
  const [trouble] = at < 0 ? [] : troubles.splice(at, 1);
  if (trouble?.kind === 'refuse') {
    incoming.resume();
    const problem = JSON.stringify({ id: 'too-many-requests', message: 'later' });
    outgoing.writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '1' }).end(problem);
    return;
  }
  const upstream = {
    port: front.port,
    path: incoming.url,
    method: incoming.method,
    headers: incoming.headers,
  };
  const passed = request(upstream, (answer) => {
    if (trouble?.kind === 'lose') {
      answer.resume().on('end', () => incoming.socket.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  incoming.pipe(passed);
});

beforeAll(async () => {
  front = await startHttpFront({
    port: 0,
    api: (...args) => api.handler(...args),
    ingest: (...args) => api.handler(...args),
    onFault: (name, message) => {
      throw new Error(`${name}: ${message}`);
    },
  });
  network = await listenOnLoopback(proxy);
  writeFileSync(join(home, 'setup.yaml'), SETUP);
});
afterAll(async () => {
  await stopServer(proxy);
  await front.close();
  rmSync(home, { recursive: true });
});
beforeEach(async () => {
  api = new ApiUnderTest();
  await api.call('POST', '/v1/apps', { body: { name: 'shop' } });
  troubles.length = 0;
  seen.length = 0;
});

function apply() {
  return runSluice(['apply', 'setup.yaml', '--json'], {
    cwd: home,
    env: { HOME: home, SLUICE_API_URL: network, SLUICE_TOKEN: api.adminToken, SLUICE_APP: 'shop' },
  });
}

const ofMethod = (method: string) => seen.filter((each) => each.method === method);

test('a creation whose answer is lost is done once, and its secret is not lost', async () => {
  troubles.push({ method: 'POST', kind: 'lose' }, { method: 'POST', kind: 'lose' });
  const { code, stdout } = await apply();
  expect(code).toBe(0);
  expect(JSON.parse(stdout).steps).toMatchObject([
    { done: true, signing_secret: expect.stringMatching(/^whsec_/) },
  ]);
  const keys = ofMethod('POST').map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
});

test('a request that is one too many is sent again', async () => {
  troubles.push({ method: 'GET', kind: 'refuse' }, { method: 'POST', kind: 'refuse' });
  expect(await apply()).toMatchObject({ code: 0 });
});

test('a change whose answer is lost is told, and found done by the next run', async () => {
  await apply();
  await api.call('PATCH', '/v1/tenants/shop/publications/crm', {
    body: { url: 'https://example.com/other' },
  });
  seen.length = 0;
  troubles.push({ method: 'PATCH', kind: 'lose' });
  const lost = await apply();
  expect(lost.code).toBe(1);
  expect(unwrapped(lost.stderr)).toContain('Stopped there: 0 of 1 steps were done');
  const [change] = ofMethod('PATCH');
  expect(change?.headers['if-match']).toMatch(/^"[0-9a-f]{16}\.[0-9a-f]{16}"$/);
  expect(ofMethod('PATCH')).toHaveLength(1);
  expect(JSON.parse((await apply()).stdout).steps).toMatchObject([{ action: 'unchanged' }]);
});
