import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { acceptedWithin } from '../../src/domain/feeds/feed-progress.ts';
import { measureFeeds } from '../../src/pipeline/upkeep/measure-feeds.ts';
import { startBench, until } from '../support/salesforce.ts';

const TOPIC = '/event/Context__e';

test('a feed counts what it accepts by the hour, and is not behind once Salesforce has nothing more', async () => {
  await using bench = await startBench({ timing: { keepaliveMs: 50 } });
  await bench.authorize();
  const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
  for (let n = 0; n < 30; n += 1) bench.org.publishPlatformEvent('Context__e', { Context__c: `${n}` });
  // Production's waits: the first report that the feed is idle is nevertheless written at once.
  void bench.start([feedId], { timing: { idleCursorWriteMs: 300_000 } });
  await until('rest', async () => {
    const measures = await measureFeeds({ ...bench.stores, clock: systemClock });
    return measures.every(({ lagMs }) => lagMs === 0);
  });
  const first = await bench.feed(feedId);
  expect(acceptedWithin(first.hourly ?? [], Date.now(), 3_600_000 * 2)).toBe(30);
  await bench.stores.feeds.setState(feedId, { state: 'active' });
  bench.org.publishPlatformEvent('Context__e', { Context__c: 'for another worker' });
  void bench.start([feedId]);
  await until('the counts of both workers', async () => {
    const { hourly = [] } = await bench.feed(feedId);
    return acceptedWithin(hourly, Date.now(), 3_600_000 * 2) === 31;
  });
});
