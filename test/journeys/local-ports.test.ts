import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDemoReceiver } from '../../local/demo-receiver.ts';
import { type HttpFront, startHttpFront } from '../../local/http-front.ts';
import { type SalesforceSimulator, startSalesforceSimulator } from '../../simulators/salesforce/index.ts';

// Every port that a local run opens, asked as a web page can: real servers over real sockets. The test does not cover
// what is behind them, so the functions are two that answer 200.

const answered: string[] = [];
const received: unknown[] = [];
let org: SalesforceSimulator;
let front: HttpFront;
let receiver: Awaited<ReturnType<typeof startDemoReceiver>>;

beforeAll(async () => {
  org = await startSalesforceSimulator();
  receiver = await startDemoReceiver(
    0,
    () => undefined,
    (event) => received.push(event),
  );
  const handler = (name: string) => async () => {
    answered.push(name);
    return { statusCode: 200, body: '{}' };
  };
  front = await startHttpFront({
    port: 0,
    api: handler('api'),
    ingest: handler('ingest'),
    onFault: (_function, message) => expect.fail(message),
  });
});
afterAll(async () => {
  await front.close();
  await receiver.close();
  await org.close();
});

async function ask(
  method: string,
  url: string,
  headers: Record<string, string>,
  path?: string,
): Promise<{ status: number | undefined; body: string }> {
  const { hostname, port, pathname } = new URL(url);
  const asking = request({ hostname, port, method, path: path ?? pathname, headers });
  asking.end(method === 'POST' ? '{}' : undefined);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

const PAGES: Record<string, string>[] = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { host: 'rebound.example' },
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
];
const PORTS: [name: string, method: string, url: () => string][] = [
  ['management API', 'GET', () => `http://127.0.0.1:${front.port}/v1/apps`],
  ['publish URL', 'POST', () => `http://127.0.0.1:${front.port}/orders`],
  ['org', 'GET', () => `${org.httpUrl}/services/data`],
  ['org’s login', 'POST', () => `${org.httpUrl}/services/oauth2/authorize`],
  ['org’s control', 'POST', () => `${org.httpUrl}/__simulator/connections/drop`],
  ['org’s secrets', 'GET', () => `${org.httpUrl}/__simulator/info`],
  ['receiver', 'POST', () => receiver.url],
];

it.each(PORTS)(
  'the %s is not for a page of another origin, nor by another name',
  async (_name, method, url) => {
    for (const headers of PAGES) {
      const { status, body } = await ask(method, url(), { 'content-type': 'application/json', ...headers });
      expect({ headers, status }).toEqual({ headers, status: 403 });
      expect(body).toMatch(/expected .* found /);
      expect(body).not.toContain(org.credentials.clientSecret);
    }
    expect(answered).toEqual([]);
    expect(received).toEqual([]);
  },
);

it('a page of this machine and its programs are answered', async () => {
  const { status } = await ask('GET', `http://127.0.0.1:${front.port}/v1/apps`, {
    origin: 'http://localhost:5173',
  });
  expect(status).toBe(200);
  expect((await fetch(`${org.httpUrl}/__simulator/info`)).status).toBe(200);
  answered.length = 0;
});

it('the Pub/Sub API does not speak what a page can send', async () => {
  const asking = ask('POST', `http://${org.grpcAddress}/eventbus.v1.PubSub/Publish`, {
    'content-type': 'application/grpc',
  });
  await expect(asking).rejects.toThrow();
});
