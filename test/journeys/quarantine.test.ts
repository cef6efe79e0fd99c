import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { systemTimers } from '../../src/base/timers.ts';
import {
  listQuarantine,
  quarantineId,
  replayQuarantined,
} from '../../src/management/quarantine/manage-quarantine.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { PubSubEventDecoder } from '../../src/platforms/salesforce/event-decoder.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { APP_ID, type Bench, startBench, until } from '../support/salesforce.ts';

const TOPIC = '/event/Context__e';

function portsOf(bench: Bench) {
  return {
    ...bench.stores,
    quarantine: bench.quarantine,
    queue: bench.queue,
    routing: new RoutingTables(bench.stores.streams, systemClock),
    decoder: new PubSubEventDecoder(bench.connections),
    clock: systemClock,
    timers: systemTimers,
    log: bench.log,
    metrics: silentMetrics,
  };
}

test('an event in quarantine is decoded with the schema of its id, and queued as the feed would have', async () => {
  await using bench = await startBench();
  await bench.authorize();
  const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
  bench.org.publishPlatformEvent('Context__e', { Context__c: 'once unreadable' });
  void bench.start([feedId]);
  await until('the feed’s own', () => bench.queued().length === 1);
  const [published] = bench.org.ledger(TOPIC);
  if (published === undefined) throw new Error('expected the ledger to hold it');
  // As a version of ours that could not read it would have left it.
  const event = {
    feedId,
    appId: APP_ID,
    topic: TOPIC,
    cursor: published.replayId.toString('base64'),
    eventId: published.id,
    schemaId: published.schemaId,
    payload: published.payloadBytes,
    message: 'no schema',
    atMs: Date.now(),
  };
  await bench.quarantine.put(event);
  expect(await replayQuarantined(portsOf(bench), APP_ID, quarantineId(event))).toMatchObject({
    kind: 'replayed',
  });
  const [byFeed, byReplay] = bench.queued();
  expect(byReplay).toEqual(byFeed);
  expect(await listQuarantine(portsOf(bench), APP_ID)).toEqual([]);
});

test('one that still does not decode stays, with the reason', async () => {
  await using bench = await startBench();
  await bench.authorize();
  const { feedId } = await bench.subscribe(TOPIC, { replay: 'earliest' });
  bench.org.publishRaw(TOPIC, Buffer.from([0xff, 0xff, 0xff]));
  bench.org.publishRaw(TOPIC, Buffer.from([1]), 'AAAAAAAAAAAAAAAAAAAAAA');
  void bench.start([feedId]);
  const ports = portsOf(bench);
  await until('both in quarantine', async () => (await listQuarantine(ports, APP_ID)).length === 2);
  for (const record of await listQuarantine(ports, APP_ID)) {
    const outcome = await replayQuarantined(ports, APP_ID, quarantineId(record));
    expect(outcome).toMatchObject({ kind: 'refused', id: 'not-replayable' });
  }
  expect(await listQuarantine(ports, APP_ID)).toHaveLength(2);
  expect(bench.queued()).toEqual([]);
});
