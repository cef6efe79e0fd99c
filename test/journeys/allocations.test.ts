import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { NO_ANNOUNCEMENTS } from '../../src/domain/announcements/announcement.ts';
import { readAllocations } from '../../src/pipeline/upkeep/read-allocations.ts';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { anApp } from '../support/records.ts';
import { APP_ID, startBench, until } from '../support/salesforce.ts';

test('the allocations of an org are read over REST, and the warning comes before they run out', async () => {
  await using bench = await startBench({ faults: { deliveredLimit: 10 } });
  await bench.stores.apps.create(anApp({ id: APP_ID }));
  await bench.authorize();
  const { feedId } = await bench.subscribe('/event/Context__e', { replay: 'earliest' });
  for (let n = 0; n < 9; n += 1) bench.org.publishPlatformEvent('Context__e', { Context__c: `${n}` });
  void bench.start([feedId]);
  await until('nine events', () => bench.queued().length === 9);
  const minute = Math.ceil(systemClock.now() / 600_000) * 600_000;
  const read = await readAllocations({
    ...bench.stores,
    announcements: NO_ANNOUNCEMENTS,
    orgs: new OrgRest(bench.tokens, { allowLoopback: true }),
    clock: { now: () => minute },
    log: bench.log,
    metrics: silentMetrics,
  });
  expect(read).toBe(1);
  expect(await bench.stores.allocations.list(APP_ID)).toMatchObject([
    {
      authorizationId: bench.authorizationId,
      limits: expect.arrayContaining([{ name: 'DailyDeliveredPlatformEvents', max: 10, remaining: 1 }]),
    },
  ]);
  expect(bench.log.of('ALLOCATION_LOW')).toMatchObject([
    { alias: 'org', name: 'DailyDeliveredPlatformEvents', usedPercent: 90 },
  ]);
});
