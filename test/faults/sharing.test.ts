import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { until } from '../support/salesforce.ts';
import { Installation } from './support/installation.ts';

/**
 * Several pollers side by side, each in its own process, on emulated stores and queues, with leases of 3 s. Assert which
 * worker holds which feed, and the two ledgers.
 */
const FEEDS = 12;
const POLLERS = 3;
/** Production takes three to five times as long: it looks every 5 s and renews every 15 s. */
const SHARED_WITHIN_MS = 40_000;

async function start(): Promise<Installation & AsyncDisposable> {
  const installation = await Installation.start({ org: { timing: { keepaliveMs: 500, latestSettleMs: 0 } } });
  await installation.authorize();
  for (let poller = 0; poller < POLLERS; poller += 1) await installation.startPoller();
  return installation;
}

function define({ org }: Installation, name: string): void {
  org.definePlatformEvent({
    name,
    label: name,
    publishable: true,
    fields: [{ name: 'Text__c', type: 'string', length: 255 }],
  });
}

/** @param former a killed worker: its record stays until somebody has ended it */
async function onOneWorker(installation: Installation, former?: string): Promise<string> {
  let found = '';
  await until(
    `${FEEDS} feeds on one worker`,
    async () => {
      const byWorker = await installation.feedsByWorker();
      found = [...byWorker.keys()][0] ?? '';
      const active = (await installation.feeds()).filter(({ state }) => state === 'active').length;
      const isShared = byWorker.size === 1 && byWorker.get(found)?.length === FEEDS;
      return isShared && found !== former && active === FEEDS;
    },
    SHARED_WITHIN_MS,
  );
  return found;
}

const NAMES = Array.from({ length: FEEDS }, (_, index) => `Shared_${index}__e`);

it('feeds that are added one by one are all read by one worker, and lose nothing on the way', async () => {
  await using installation = await start();
  for (const name of NAMES) {
    define(installation, name);
    await installation.subscribe(`/event/${name}`);
    installation.org.publishPlatformEvent(name, { Text__c: 'before anybody reads' });
    await sleep(300);
  }
  await onOneWorker(installation);
  for (const name of NAMES) installation.org.publishPlatformEvent(name, { Text__c: 'shared' });
  expect((await installation.settled(30_000)).lost).toEqual([]);
  expect(installation.pollers.flatMap(({ faults }) => faults)).toEqual([]);
});

it('feeds that are added at once come together on one worker, and go to another one together when it is killed', async () => {
  await using installation = await start();
  for (const name of NAMES) define(installation, name);
  await Promise.all(NAMES.map((name) => installation.subscribe(`/event/${name}`, { replay: 'latest' })));
  const first = await onOneWorker(installation);
  const publishing = setInterval(() => {
    for (const name of NAMES) installation.org.publishPlatformEvent(name, { Text__c: 'while it moves' });
  }, 200);
  // One at a time, because only a worker's record says which feeds it holds.
  for (const poller of [...installation.pollers]) {
    await installation.kill(poller);
    await installation.startPoller();
  }
  await onOneWorker(installation, first);
  clearInterval(publishing);
  expect((await installation.settled(30_000)).lost).toEqual([]);
});
