import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalHost, startLocalHost } from '../../local/host.ts';
import { LocalState } from '../../local/state.ts';
import type { Stores } from '../../src/adapters/engine.ts';
import { LocalKeySecretBox } from '../../src/adapters/local-key/secret-box.ts';
import { herokuSecretContext } from '../../src/domain/heroku-resources/heroku-resource.ts';
import { type Json, publisher, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';
import { type ListeningLogplex, startLogplex } from '../support/logplex.ts';
import { aHerokuResource } from '../support/records.ts';
import { until } from '../support/salesforce.ts';

// Whoever has an app on Heroku sees in its own log what becomes of its events: real HTTP from the publish URL to the receiver, and to
// the simulated Logplex. The records of the add-on are put where provisioning puts them.

const state = temporaryState();
let host: LocalHost;
let stores: Stores;
let receiver: Receiver;
let listening: ListeningLogplex;

beforeAll(async () => {
  [receiver, listening] = await Promise.all([startReceiver(), startLogplex()]);
  host = await startLocalHost({
    port: 0,
    state: new LocalState(state.dir),
    prepare: async (all) => {
      stores = all;
    },
  });
});

afterAll(async () => {
  await host.stop();
  await receiver.close();
  await listening[Symbol.asyncDispose]();
  state.remove();
});

async function call(method: string, path: string, body?: object): Promise<Json> {
  const response = await fetch(`${host.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${host.adminToken}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Json;
}

/** An app that has the add-on; its log is the one of its name. */
async function herokuApp(name: string) {
  const app = await call('POST', '/v1/apps', { name });
  const appId = String(app['id']);
  const resource = aHerokuResource({ appId, addonName: `herokuevents-${name}` });
  const url = listening.urlOf(`t.${name}`);
  const box = new LocalKeySecretBox(new LocalState(state.dir).path('key'));
  const logInputUrl = await box.encrypt(url, herokuSecretContext(resource, 'logInputUrl'));
  await stores.herokuResources.create({ ...resource, secrets: { logInputUrl } });
  const tenant = `/v1/tenants/${appId}`;
  const hook = { name: 'orders', url: receiver.url, retry: ['1h'] };
  await call('POST', `${tenant}/platforms/webhook/publications`, hook);
  const lines = () => listening.logplex.lines(name).map(({ message }) => message);
  const codes = async () =>
    ((await call('GET', `${tenant}/logs`))['lines'] as readonly Json[]).map(({ code }) => code);
  return { tenant, appId, lines, codes, publish: publisher(String(app['publish_url'])) };
}

it('shows an event that was delivered and one that was not, and the numbers of the minute', async () => {
  const { publish, lines } = await herokuApp('shop');
  const tailed: string[] = [];
  const end = listening.logplex.tail('shop', (line) => tailed.push(line));
  receiver.answer('unlucky', 500);
  await publish('orders', { secret: 'lucky-payload' }, { 'idempotency-key': 'event-1' });
  await publish('orders', { secret: 'unlucky-payload' }, { 'idempotency-key': 'event-2 at=info' });
  await until('two lines in the log', () => lines().length === 2);
  expect(tailed.toSorted()).toEqual(
    [
      expect.stringMatching(
        /^\d{4}-\S+\+00:00 app\[herokuevents\]: at=info code=DELIVERY_ATTEMPTED outcome=delivered publication=orders event=event-1 attempt=1 status=204 duration=\d+ms delivery=\S+$/,
      ),
      expect.stringMatching(
        / app\[herokuevents\]: at=warn code=DELIVERY_ATTEMPTED outcome=retry publication=orders event="event-2 at=info" attempt=1 status=500 error=http-500 duration=\d+ms delivery=\S+$/,
      ),
    ].toSorted(),
  );
  await host.minute();
  await until('the numbers of the minute', () => lines().some((line) => line.startsWith('source=')));
  expect(lines().at(-1)).toMatch(
    /^source=HEROKUEVENTS addon=herokuevents-shop sample#events-delivered=[01] sample#attempts-failed=[01] /,
  );
  end();
  expect(tailed.join('\n')).not.toContain('payload');
  expect(listening.logplex.requests.every(({ status }) => status === 204)).toBe(true);
});

it.each([
  ['refuses', { logplexRefuses: 400 }, 'http-400'],
  ['is closed for now', { logplexRefuses: 503 }, 'http-503'],
  ['is gone', { logplexGone: true }, undefined],
  ['hangs', { logplexHangs: true }, 'timeout'],
] as const)('delivers every event while Logplex %s, and says so', async (what, faults, reason) => {
  const name = what.replaceAll(' ', '-');
  const { publish, codes, tenant, lines } = await herokuApp(name);
  Object.assign(listening.faults, faults);
  const before = receiver.received.length;
  const startedAtMs = Date.now();
  for (let count = 0; count < 50; count += 1) {
    expect((await publish('orders', { count })).status).toBe(202);
  }
  await receiver.until((received) => received.length >= before + 50);
  // A batch that waited for a log that hangs would take a second, and nothing waits twice.
  expect(Date.now() - startedAtMs).toBeLessThan(5_000);
  await until('a line that says so', async () => (await codes()).includes('APP_LOG_NOT_TAKEN'));
  const page = await call('GET', `${tenant}/logs`);
  expect(page['lines']).toContainEqual(
    expect.objectContaining({
      code: 'APP_LOG_NOT_TAKEN',
      level: 'WARN',
      fields: expect.objectContaining({
        addon: `herokuevents-${name}`,
        ...(reason !== undefined && { reason }),
      }),
    }),
  );
  expect(lines()).toEqual([]);
  Object.assign(listening.faults, { logplexRefuses: undefined, logplexGone: false, logplexHangs: false });
});

it('keeps the token of the log to itself', () => {
  const log = readFileSync(host.logFile, 'utf8');
  expect(log).toContain('APP_LOG_NOT_TAKEN');
  expect(log).not.toMatch(/t\.(shop|refuses|hangs|is-gone)/);
});
