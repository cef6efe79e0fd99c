import { expect, test } from 'vitest';
import type { EntityDefinition } from '../../simulators/salesforce/org/fields.ts';
import { isJsonObject, stringifyJson } from '../../src/base/json.ts';
import type { Event } from '../../src/domain/events/event.ts';
import { type Bench, startBench, until } from '../support/salesforce.ts';

const TOPIC = '/data/AccountChangeEvent';

async function repairing(bench: Bench, repair = true) {
  await bench.authorize();
  return bench.subscribe(TOPIC, { replay: 'earliest', repair });
}

const SAMPLE: EntityDefinition = {
  name: 'Sample__c',
  label: 'Sample',
  keyPrefix: 'a0S',
  changeEvents: true,
  members: [
    { name: 'Id', type: 'id', readOnly: true },
    { name: 'CreatedDate', type: 'datetime', readOnly: true },
    { name: 'Text__c', type: 'string' },
    { name: 'Area__c', type: 'textarea' },
    { name: 'Email__c', type: 'email' },
    { name: 'Phone__c', type: 'phone' },
    { name: 'Url__c', type: 'url' },
    { name: 'Pick__c', type: 'picklist' },
    { name: 'Picks__c', type: 'multipicklist' },
    { name: 'Flag__c', type: 'boolean' },
    { name: 'Count__c', type: 'int' },
    { name: 'Double__c', type: 'double' },
    { name: 'Money__c', type: 'currency' },
    { name: 'Percent__c', type: 'percent' },
    { name: 'Day__c', type: 'date' },
    { name: 'At__c', type: 'datetime' },
    { name: 'Time__c', type: 'time' },
    { name: 'Secret__c', type: 'encryptedstring' },
    { name: 'Other__c', type: 'reference' },
  ],
};

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

const dataOf = ({ data }: Event) => {
  if (!isJsonObject(data)) throw new Error('expected fields');
  const { ChangeEventHeader, ...fields } = data;
  return { header: ChangeEventHeader, fields };
};
const ADDRESS = { City: 'Wien', Street: 'Ring 1', Country: 'Austria', Latitude: 48.2, Longitude: 16 };
const prefixed = (prefix: string) =>
  Object.fromEntries(Object.entries(ADDRESS).map(([part, value]) => [prefix + part, value]));

test.each<[string, string, Record<string, unknown>]>([
  [
    'a business',
    'Account',
    { Name: 'Acme', AnnualRevenue: 12, NumberOfEmployees: 7, ...prefixed('Billing') },
  ],
  ['a person', 'Account', { FirstName: 'Jo', LastName: 'Doe', Website: 'https://example.com' }],
  [
    'a contact',
    'Contact',
    { LastName: 'Doe', Birthdate: '1980-02-29', Email: 'jo@example.com', ...prefixed('Mailing') },
  ],
  [
    'an opportunity',
    'Opportunity',
    {
      Name: 'Deal',
      StageName: 'Prospecting',
      CloseDate: '2026-12-31',
      Probability: 10.5,
      Amount: 1e9,
      Delivery_Due__c: '2026-11-28T19:41:11.951+0100',
    },
  ],
  ['a case', 'Case', { Subject: '"quoted" \u{1f600}\n' }],
  [
    'a shipment',
    'Shipment__c',
    { Fragile__c: true, Position__Latitude__s: -0.5, Position__Longitude__s: 170 },
  ],
  [
    'every type of field',
    'Sample__c',
    {
      Text__c: 'x',
      Area__c: 'a\nb',
      Email__c: 'a@example.com',
      Phone__c: '+43 1',
      Url__c: 'https://example.com',
      Pick__c: 'A',
      Picks__c: 'A;B',
      Flag__c: true,
      Count__c: -3,
      Double__c: 0.1,
      Money__c: 12.5,
      Percent__c: 99,
      Day__c: '1969-12-31',
      At__c: '2026-11-28T19:41:11.951Z',
      Time__c: '10:30:45.000Z',
      Secret__c: 'xxxx',
      Other__c: '001000000000001AAA',
    },
  ],
  ['nothing at all', 'Sample__c', {}],
])(
  '%s that is repaired is as it would be in an event of its own, in both formats',
  async (_, entity, fields) => {
    await using bench = await startBench();
    bench.org.defineEntity(SAMPLE);
    await bench.authorize();
    const topic = `/data/${entity.replace('__c', '__')}ChangeEvent`;
    const { feedId } = await bench.subscribe(topic, { replay: 'earliest', repair: true });
    await bench.subscribe(topic, { repair: true, format: 'avro-json' });
    const id = bench.org.records.create(entity, fields);
    bench.org.emitGap(entity, 'GAP_UPDATE', [id]);
    void bench.start([feedId]);
    await until('both in both formats', () => bench.queued().filter(isRepair).length === 2);
    const created = bench.queued().filter(({ type }) => type.endsWith('.CREATE'));
    const gaps = bench.queued().filter(({ type }) => type.endsWith('.GAP_UPDATE'));
    const repairs = bench.queued().filter(isRepair);
    // As texts, which can be ordered.
    const written = (events: Event[]) => events.map((event) => stringifyJson(dataOf(event).fields)).sort();
    expect(new Set(written(created)).size).toBe(2);
    expect(written(repairs)).toEqual(written(created));
    expect(repairs.map((event) => dataOf(event).header)).toEqual(gaps.map((event) => dataOf(event).header));
  },
);

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
  // Of the two subscriptions, only the one that asked for it gets the repair.
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
