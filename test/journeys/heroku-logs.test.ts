import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalHost, startLocalHost } from '../../local/host.ts';
import { LocalState } from '../../local/state.ts';
import { type HerokuSimulator, startHerokuSimulator } from '../../simulators/heroku/index.ts';
import { HEROKU_ADDON_FILE, simulatedAddon } from '../support/heroku.ts';
import { type Json, publisher, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';
import { until } from '../support/salesforce.ts';

// The owner of a Heroku app sees in the app's own log what becomes of its events: the simulated Heroku provisions the add-on and accepts
// the log lines; everything between is real HTTP.

const EVENTS = 50;
const state = temporaryState();
let host: LocalHost;
let heroku: HerokuSimulator;
let receiver: Receiver;

beforeAll(async () => {
  const localState = new LocalState(state.dir);
  const addonFile = localState.path('addon.json');
  writeFileSync(addonFile, HEROKU_ADDON_FILE, { mode: 0o600 });
  // Each needs the other's address: the simulator gets it before its first request.
  const addon = simulatedAddon('http://127.0.0.1:9');
  [receiver, heroku] = await Promise.all([startReceiver(), startHerokuSimulator({ addon })]);
  host = await startLocalHost({
    port: 0,
    state: localState,
    heroku: { addonFile, url: heroku.url },
  });
  Object.assign(addon, simulatedAddon(host.url));
});

afterAll(async () => {
  await host.stop();
  await Promise.all([receiver.close(), heroku.close()]);
  state.remove();
});

/** `heroku addons:create`, and a webhook that is retried after an hour. */
async function herokuApp(app: string) {
  heroku.createApp(app);
  const resource = await heroku.createResource({ app });
  const {
    ACME_EVENTS_API_URL: api,
    ACME_EVENTS_API_TOKEN: token,
    ACME_EVENTS_PUBLISH_URL: url,
  } = heroku.configVars(app);
  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${api}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Json;
  };
  await call('POST', '/platforms/webhook/publications', { name: 'orders', url: receiver.url, retry: ['1h'] });
  /** What `events:logs` shows from the app's log. */
  const told = async (code: string) =>
    ((await call('GET', '/logs'))['lines'] as readonly Json[]).filter((line) => line['code'] === code);
  return { resource, told, publish: publisher(String(url)), lines: () => heroku.logs(app) };
}

it('shows an event that was delivered and one that was not, and the numbers of the minute', async () => {
  const { publish, lines, resource } = await herokuApp('shop');
  const tailed: string[] = [];
  const end = heroku.tailLogs('shop', (line) => tailed.push(line));
  receiver.answer('unlucky', 500);
  await publish('orders', { secret: 'lucky-payload' }, { 'idempotency-key': 'event-1' });
  await publish('orders', { secret: 'unlucky-payload' }, { 'idempotency-key': 'event-2 at=info' });
  await until('two lines in the log', () => tailed.length === 2);
  const rest = String.raw`duration=\d+ms delivery=\S+$`;
  const at = String.raw`^\d{4}-\d\d-\d\dT[\d:.]+\+00:00 app\[acme_events\]: `;
  const [delivered, failed] = tailed.toSorted((one, other) =>
    one.includes('at=info code') ? -1 : other.includes('at=info code') ? 1 : 0,
  );
  expect(delivered).toMatch(
    new RegExp(
      `${at}at=info code=DELIVERY_ATTEMPTED outcome=delivered publication=orders event=event-1 attempt=1 status=204 ${rest}`,
    ),
  );
  expect(failed).toMatch(
    new RegExp(
      `${at}at=warn code=DELIVERY_ATTEMPTED outcome=retry publication=orders event="event-2 at=info" attempt=1 status=500 error=http-500 ${rest}`,
    ),
  );
  await host.minute();
  await until('the numbers of the minute', () => lines().some((line) => line.includes(' sample#')));
  expect(lines().at(-1)).toMatch(
    new RegExp(
      `${at}source=ACME_EVENTS addon=${resource.name} sample#events-delivered=[01] sample#attempts-failed=[01] `,
    ),
  );
  end();
  expect(tailed.join('\n')).not.toContain('payload');
  expect(heroku.logRequests.map(({ fault }) => fault)).toEqual(heroku.logRequests.map(() => undefined));
});

it.each([
  ['refuses', { logplexRefuses: 400 }, 'http-400'],
  ['is-closed', { logplexRefuses: 503 }, 'http-503'],
  ['is-gone', { logplexGone: true }, undefined],
  ['hangs', { logplexHangs: true }, 'timeout'],
] as const)('delivers every event while Logplex %s, and says so', async (app, faults, reason) => {
  const { publish, told, lines, resource } = await herokuApp(app);
  Object.assign(heroku.faults, faults);
  const before = receiver.received.length;
  const startedAtMs = Date.now();
  for (let count = 0; count < EVENTS; count += 1)
    expect((await publish('orders', { count })).status).toBe(202);
  await receiver.until((received) => received.length >= before + EVENTS);
  // A batch that waited for a hanging log would take a second, and nothing waits twice.
  expect(Date.now() - startedAtMs).toBeLessThan(5_000);
  await until('a line that says so', async () => (await told('APP_LOG_NOT_TAKEN')).length > 0);
  expect(await told('APP_LOG_NOT_TAKEN')).toEqual([
    expect.objectContaining({
      level: 'WARN',
      fields: expect.objectContaining({ addon: resource.name, ...(reason !== undefined && { reason }) }),
    }),
  ]);
  expect(lines()).toEqual([]);
  Object.assign(heroku.faults, { logplexRefuses: undefined, logplexGone: false, logplexHangs: false });
});

it('finds the log again after its URL was replaced', async () => {
  const { publish, told, lines, resource } = await herokuApp('moved');
  await publish('orders', { first: true });
  await until('a line', () => lines().length === 1);
  heroku.replaceLogUrl(resource.name);
  await publish('orders', { second: true });
  await until('a refusal', async () => (await told('APP_LOG_NOT_TAKEN')).length === 1);
  // The schedule asks Heroku, and stores the answer.
  await host.minute();
  await until('the numbers of the minute', () => lines().some((line) => line.includes(' sample#')));
  expect(lines().at(-1)).toContain(`source=ACME_EVENTS addon=${resource.name}`);
});

it('keeps the tokens of the logs to itself', () => {
  const log = readFileSync(host.logFile, 'utf8');
  expect(log).toContain('APP_LOG_NOT_TAKEN');
  expect(log).not.toMatch(/\/logs|token:|\bt\.[0-9a-f]{8}-/);
});
