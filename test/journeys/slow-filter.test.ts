import { afterEach, expect, test } from 'vitest';
import { type LocalHost, startLocalHost } from '../../local/host.ts';
import { LocalState } from '../../local/state.ts';
import { type SalesforceSimulator, startSalesforceSimulator } from '../../simulators/salesforce/index.ts';
import { FEED_TIMING } from '../../src/pipeline/read/feed-timing.ts';
import { type Json, type Receiver, startReceiver, temporaryState } from '../support/local-run.ts';
import { orgAuthorization, until } from '../support/salesforce.ts';

// The local run, an org and a receiver, working as usual; only the window in which a worker measures its filters is shorter than
// a minute.

const EVENTS = 400;
/** For a machine under other load. */
const WAIT_MS = 60_000;
/** Some milliseconds per event, within a filter's limit. */
const HEAVY = 'root = if range(0, 20000).map_each(n -> n * 7 % 11).sum() < 0 { deleted() }';

const ended: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

async function start(): Promise<{ org: SalesforceSimulator; receiver: Receiver; host: LocalHost }> {
  const state = temporaryState();
  ended.push(() => state.remove());
  const org = await startSalesforceSimulator();
  ended.push(() => org.close());
  const receiver = await startReceiver();
  ended.push(() => receiver.close());
  const host = await startLocalHost({
    port: 0,
    state: new LocalState(state.dir),
    feedTiming: { ...FEED_TIMING, cursorWriteMs: 20, cursorHeldMs: 20, filterWindowMs: 600 },
  });
  ended.push(() => host.stop());
  return { org, receiver, host };
}

test('a filter that takes a worker from others has its subscription rested; the others go on, and it goes on when it is resumed', async () => {
  const { org, receiver, host } = await start();
  const call = async (method: string, path: string, body?: object): Promise<Json> => {
    const response = await fetch(`${host.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${host.adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = (await response.json()) as Json;
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(json)}`);
    return json;
  };
  const tenant = `/v1/tenants/${String((await call('POST', '/v1/apps', { name: 'shop' }))['id'])}`;
  await call('POST', `${tenant}/platforms/salesforce/authorizations`, orgAuthorization(org));
  for (const name of ['heavy', 'light']) {
    const topic = { topic: '/event/Context__e', alias: 'org', replay: 'earliest' };
    await call('POST', `${tenant}/platforms/salesforce/subscriptions`, { name, ...topic });
    await call('POST', `${tenant}/platforms/webhook/publications`, {
      name: `${name}-hook`,
      url: `${receiver.url}/${name}`,
    });
    const link = { source: name, target: `${name}-hook` };
    await call('POST', `${tenant}/streams`, name === 'heavy' ? { ...link, filter: HEAVY } : link);
  }
  const info = (name: string) => call('GET', `${tenant}/subscriptions/${name}`);
  const numbers = () => {
    const seen = { heavy: new Set<string>(), light: new Set<string>() };
    for (const { path, event } of receiver.received) {
      const n = String((event['data'] as Json)['Context__c']);
      if (path.endsWith('/heavy')) seen.heavy.add(n);
      else seen.light.add(n);
    }
    return seen;
  };

  await until(
    'streams that the worker knows',
    () => {
      org.publishPlatformEvent('Context__e', { Context__c: '0' });
      return numbers().heavy.size > 0 && numbers().light.size > 0;
    },
    WAIT_MS,
  );
  for (let n = 0; n < EVENTS; n += 1) org.publishPlatformEvent('Context__e', { Context__c: String(n) });
  await until('the subscription to rest', async () => (await info('heavy'))['paused'] === true, WAIT_MS);
  expect(await info('heavy')).toMatchObject({
    paused: true,
    status: {
      state: 'paused',
      reason: {
        id: 'slow-filter',
        message: expect.stringMatching(
          /the stream to heavy-hook took \d+ % of a worker.* nothing was dropped/,
        ),
      },
    },
  });
  await until('all events of the other', () => numbers().light.size === EVENTS, WAIT_MS);
  expect((await info('light'))['paused']).toBe(false);
  expect(numbers().heavy.size).toBeLessThan(EVENTS);

  await call('PATCH', `${tenant}/streams/heavy/heavy-hook`, { filter: 'root = this' });
  await call('PATCH', `${tenant}/subscriptions/heavy`, { paused: false });
  await until('what it had missed', () => numbers().heavy.size === EVENTS, WAIT_MS);
  expect(await info('heavy')).toMatchObject({ paused: false });
  expect(((await info('heavy'))['status'] as Json)['reason']).toBeUndefined();
});
