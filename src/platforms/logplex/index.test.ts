import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ListeningLogplex, startLogplex } from '../../../test/support/logplex.ts';
import { RecordedLog, RecordedMetrics } from '../../../test/support/recorded-telemetry.ts';
import { aHerokuResource } from '../../../test/support/records.ts';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import { MemorySecretBox } from '../../adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { type HerokuResource, herokuSecretContext } from '../../domain/heroku-resources/heroku-resource.ts';
import { tellAppCounts } from '../../pipeline/app-log/tell-app-counts.ts';
import { withHerokuAppLog } from './index.ts';

// Real records, and real HTTP to the simulated Logplex; the time is virtual.

let listening: ListeningLogplex;
beforeEach(async () => {
  listening = await startLogplex();
});
afterEach(() => listening[Symbol.asyncDispose]());

async function installation(urlOfLog: string | undefined) {
  const stores = makeMemoryStores();
  const secrets = new MemorySecretBox();
  const time = new VirtualTime();
  const log = new RecordedLog();
  const metrics = Object.assign(new RecordedMetrics(), { flush: () => undefined });
  const resource = aHerokuResource({ addonName: 'herokuevents-horizontal-01234' });
  if (urlOfLog !== undefined) {
    const logInputUrl = await secrets.encrypt(urlOfLog, herokuSecretContext(resource, 'logInputUrl'));
    await stores.herokuResources.create({ ...resource, secrets: { ...resource.secrets, logInputUrl } });
  } else {
    await stores.herokuResources.create(resource);
  }
  const process = (freshUrl?: (resource: HerokuResource) => Promise<string | undefined>) => {
    const telling = withHerokuAppLog(
      { herokuLogSamples: 60, allowLoopback: true },
      { stores, secrets, clock: time, timers: time, telemetry: { log, metrics }, freshUrl },
    );
    const { appLog } = telling;
    if (appLog === undefined) throw new Error('expected a log');
    const attempt = (outcome: string) =>
      telling.log.write('DELIVERY_ATTEMPTED', {
        appId: resource.appId,
        publication: 'orders',
        outcome,
        eventId: 'e',
      });
    return { appLog, attempt };
  };
  return { stores, secrets, time, log, metrics, resource, process };
}

test('each minute one line has the sums of all processes, and a minute without events has none', async () => {
  const { stores, time, process } = await installation(listening.urlOf('t.shop'));
  const [one, other, schedule] = [process(), process(), process()];
  for (const delivered of [3, 5, 0, 1]) {
    for (let count = 0; count < delivered; count += 1) one.attempt('delivered');
    other.attempt(delivered === 0 ? 'kept' : 'retry');
    await Promise.all([one.appLog.flush(), other.appLog.flush()]);
    await time.pass(60_000);
    await Promise.all([one.appLog.flush(), other.appLog.flush()]);
    await tellAppCounts(schedule.appLog, stores.appCounts);
  }
  const samples = listening.logplex.lines('shop').filter(({ message }) => message.startsWith('source='));
  const start = Date.parse('2026-01-01T00:00:00Z');
  expect(samples.map(({ at, message }) => [(Date.parse(at) - start) / 60_000, message])).toEqual(
    [
      [1, 3],
      [2, 5],
      [4, 1],
    ].map(([minute, delivered]) => [
      minute,
      `source=HEROKUEVENTS addon=herokuevents-horizontal-01234 sample#events-delivered=${delivered} sample#attempts-failed=1 sample#events-given-up=0 sample#events-filtered=0 sample#log-lines-dropped=0`,
    ]),
  );
  expect(listening.logplex.shown('shop')[0]).toMatch(
    /^2026-01-01T00:00:00\.000\+00:00 app\[herokuevents\]: at=info code=DELIVERY_ATTEMPTED outcome=delivered publication=orders/,
  );
});

test('nothing is sent for an app whose log takes no lines, as those of Fir', async () => {
  const { process, log, metrics } = await installation(undefined);
  const { appLog, attempt } = process();
  attempt('retry');
  await appLog.flush();
  expect(listening.logplex.requests).toEqual([]);
  expect(log.of('APP_LOG_NOT_TAKEN')).toEqual([]);
  expect(metrics.counts.AppLogLinesDropped).toBeUndefined();
});

test('the schedule asks Heroku for a fresh URL, stores it, and the others find it there', async () => {
  const { process, resource, stores, log } = await installation(listening.urlOf('t.shop'));
  listening.revoked.add('t.shop');
  const deliver = process();
  deliver.attempt('retry');
  await deliver.appLog.flush();
  expect(log.of('APP_LOG_NOT_TAKEN')).toMatchObject([{ appId: resource.appId, reason: 'http-401' }]);

  const asked: string[] = [];
  const schedule = process(async ({ uuid }) => {
    asked.push(uuid);
    // As a refresh of the token for Heroku's API does.
    const current = await stores.herokuResources.get(uuid);
    if (current !== undefined) await stores.herokuResources.update({ ...current, grantBusyUntilMs: 1 });
    return listening.urlOf('t.shop-2');
  });
  await tellAppCounts(schedule.appLog, stores.appCounts);
  expect(asked).toEqual([resource.uuid]);
  const another = process();
  another.attempt('exhausted');
  await another.appLog.flush();
  expect(listening.logplex.lines('shop-2').map(({ message }) => message.slice(0, 12))).toEqual([
    'source=HEROK',
    'at=error cod',
  ]);
  expect(await stores.herokuResources.get(resource.uuid)).toMatchObject({ grantBusyUntilMs: 1 });
  // Neither the record nor a line contains the token in plain text.
  expect(JSON.stringify([await stores.herokuResources.get(resource.uuid), log.entries])).not.toMatch(
    /t\.shop/,
  );
});

test('an installation that writes to no log hears nothing', async () => {
  const { stores, secrets, time, log, metrics } = await installation(listening.urlOf('t.shop'));
  const telling = withHerokuAppLog(
    { herokuLogSamples: undefined, allowLoopback: true },
    { stores, secrets, clock: time, timers: time, telemetry: { log, metrics } },
  );
  expect(telling.appLog).toBeUndefined();
  expect(telling.log).toBe(log);
});
