import { expect, test } from 'vitest';
import type { Event } from '../../src/domain/events/event.ts';
import { type Bench, startBench, until } from '../support/salesforce.ts';

const TOPIC = '/data/AccountChangeEvent';

async function repairing(bench: Bench, repair = true) {
  await bench.authorize();
  return bench.subscribe(TOPIC, { replay: 'earliest', repair });
}

const isRepair = (event: Event) => event.type.endsWith('.REPAIR');
const gapMessages = async (bench: Bench, feedId: string) =>
  (await bench.feed(feedId)).gaps.map(({ message }) => message);

test('a gap event is followed by its records as they are, each recognisable, the same however often it is read', async () => {
  await using bench = await startBench();
  const { feedId } = await repairing(bench);
  const ids = ['Acme', 'Globex'].map((Name) => bench.org.records.create('Account', { Name }));
  bench.org.emitGap('Account', 'GAP_UPDATE', ids);
  await bench.start([feedId], { forMs: 2_000 });
  const gap = bench.queued().find(({ type }) => type === 'com.salesforce.cdc.Account.GAP_UPDATE');
  const repairs = bench.queued().filter(isRepair);
  expect(repairs).toMatchObject(
    ids.map((id, at) => ({
      type: 'com.salesforce.cdc.Account.GAP_UPDATE.REPAIR',
      subject: TOPIC,
      repairof: gap?.id,
      partitionkey: id,
      replayid: gap?.['replayid'],
      data: {
        Id: id,
        Name: ['Acme', 'Globex'][at],
        ChangeEventHeader: { entityName: 'Account', changeType: 'GAP_UPDATE', recordIds: [id] },
      },
    })),
  );
  expect(bench.queued().findIndex(({ id }) => id === gap?.id)).toBeLessThan(
    bench.queued().findIndex(isRepair),
  );
  expect(await gapMessages(bench, feedId)).toEqual([]);

  const first = repairs.map(({ id }) => id);
  bench.queue.inner.messages.length = 0;
  await bench.stores.feeds.setState(feedId, { state: 'starting', cursor: null, replay: 'earliest' });
  await bench.start([feedId], { forMs: 2_000 });
  expect(
    bench
      .queued()
      .filter(isRepair)
      .map(({ id }) => id),
  ).toEqual(first);
});

test('without repair a gap event comes alone, and of deleted records nothing is read', async () => {
  await using bench = await startBench();
  const plain = await repairing(bench, false);
  const id = bench.org.records.create('Account', { Name: 'Acme' });
  bench.org.emitGap('Account', 'GAP_UPDATE', [id]);
  await bench.start([plain.feedId], { forMs: 1_000 });
  expect(bench.queued().map(({ type }) => type)).toContain('com.salesforce.cdc.Account.GAP_UPDATE');
  expect(bench.queued().filter(isRepair)).toEqual([]);
  const { id: repairingId } = await bench.subscribe(TOPIC, { repair: true });
  bench.org.emitGap('Account', 'GAP_DELETE', [id]);
  bench.org.emitGap('Account', 'GAP_CREATE', [id]);
  await bench.start([plain.feedId], { forMs: 2_000 });
  // Of two subscriptions only the one that asked for it gets the repair.
  const repairs = bench.queue.inner.messages.filter(({ body }) => body.includes('.REPAIR"'));
  expect(repairs.map(({ groupId }) => groupId?.split('/')[1])).toEqual([`publication-of-${repairingId}`]);
  expect(bench.queued().filter(isRepair)).toMatchObject([
    { type: 'com.salesforce.cdc.Account.GAP_CREATE.REPAIR' },
  ]);
});

test('what cannot be repaired is a possible gap with its reason, and the feed goes on', async () => {
  await using bench = await startBench();
  const { feedId } = await repairing(bench);
  const id = bench.org.records.create('Account', { Name: 'Acme' });
  bench.org.emitGap('Account', 'GAP_UPDATE', ['001*']);
  bench.org.emitGap('Account', 'GAP_UPDATE', [id]);
  bench.org.faults.apiDisabled = true;
  const after = bench.org.records.create('Account', { Name: 'after' });
  void bench.start([feedId]);
  await until('what came after', () =>
    bench.queued().some(({ partitionkey, type }) => partitionkey === after && type.endsWith('.CREATE')),
  );
  await until('two gaps', async () => (await gapMessages(bench, feedId)).length === 2);
  expect(await gapMessages(bench, feedId)).toEqual([
    expect.stringContaining('001*: Salesforce did not say which records'),
    expect.stringContaining(`${id}: `),
  ]);
  expect(bench.log.of('FEED_REPAIR_FAILED')).toHaveLength(2);
  expect(bench.queued().filter(isRepair)).toEqual([]);
});

test('a record that cannot be read at first is tried again', async () => {
  await using bench = await startBench();
  const { feedId } = await repairing(bench);
  const id = bench.org.records.create('Account', { Name: 'Acme' });
  bench.org.emitGap('Account', 'GAP_UPDATE', [id]);
  bench.org.faults.nextSessionNotForRest = 1;
  void bench.start([feedId]);
  await until('the repair', () => bench.queued().some(isRepair));
  expect(await gapMessages(bench, feedId)).toEqual([]);
});

test('an overflow is delivered and leaves a possible gap, repair or not', async () => {
  await using bench = await startBench();
  const { feedId } = await repairing(bench, false);
  bench.org.emitGap('Account', 'GAP_OVERFLOW', ['000000000000000AAA']);
  void bench.start([feedId]);
  await until('the gap', async () => (await gapMessages(bench, feedId)).length === 1);
  expect(bench.queued()).toMatchObject([{ type: 'com.salesforce.cdc.Account.GAP_OVERFLOW' }]);
  expect(await gapMessages(bench, feedId)).toEqual([expect.stringContaining('GAP_OVERFLOW')]);
});
