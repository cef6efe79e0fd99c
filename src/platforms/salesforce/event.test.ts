import { describe, expect, it } from 'vitest';
import { eventJson, parseEvent } from '../../domain/events/event.ts';
import { makeCodec } from './avro.ts';
import { eventOrigin, eventTimeMs, toCloudEvent } from './event.ts';

const ORIGIN = eventOrigin(
  '/data/AccountChangeEvent',
  'https://acme.my.salesforce.com',
  '00D000000000001AAA',
);
const HEADER_FIELDS = [
  { name: 'entityName', type: 'string' },
  { name: 'recordIds', type: { type: 'array', items: 'string' } },
  {
    name: 'changeType',
    type: { type: 'enum', name: 'ChangeType', symbols: ['CREATE', 'UPDATE', 'GAP_OVERFLOW'] },
  },
  { name: 'sequenceNumber', type: 'int' },
  { name: 'commitTimestamp', type: 'long' },
  { name: 'commitNumber', type: 'long' },
  { name: 'nulledFields', type: { type: 'array', items: 'string' } },
  { name: 'diffFields', type: { type: 'array', items: 'string' } },
  { name: 'changedFields', type: { type: 'array', items: 'string' } },
];
const change = makeCodec(
  'schema-1',
  JSON.stringify({
    type: 'record',
    name: 'AccountChangeEvent',
    namespace: 'com.sforce.eventbus',
    fields: [
      {
        name: 'ChangeEventHeader',
        type: { type: 'record', name: 'ChangeEventHeader', fields: HEADER_FIELDS },
      },
      { name: 'Name', type: ['null', 'string'] },
    ],
  }),
);
const HEADER = {
  entityName: 'Account',
  recordIds: ['001000000000001AAA', '001000000000002AAA'],
  changeType: 'UPDATE',
  sequenceNumber: 3,
  commitTimestamp: 1_736_877_277_000,
  commitNumber: 1736877279422521345n,
  nulledFields: [],
  diffFields: [],
  changedFields: ['0x2'],
};

function raw(
  header: Partial<Record<keyof typeof HEADER, unknown>> = {},
  id = '20741903-d0b2-4d86-90cf-4192b0e17462',
) {
  return {
    id,
    schemaId: 'schema-1',
    payload: change.encode({ ChangeEventHeader: { ...HEADER, ...header }, Name: 'Acme' }),
    replayId: Buffer.from('0000000000 10DB4D0000'.replace(' ', ''), 'hex'),
    // Long after: Salesforce's own time is trusted.
    receivedAtMs: 1_790_000_000_000,
  };
}

describe('a change event as a CloudEvent', () => {
  it('names instance, org, entity and change, and keeps its UUID', () => {
    const event = toCloudEvent(raw(), change, ORIGIN, 'json');
    expect(JSON.parse(eventJson(event).replace('1736877279422521345', '"exact"'))).toEqual({
      specversion: '1.0',
      id: '20741903-d0b2-4d86-90cf-4192b0e17462',
      source: '//acme.my.salesforce.com/00D000000000001AAA',
      type: 'com.salesforce.cdc.Account.UPDATE',
      subject: '/data/AccountChangeEvent',
      time: '2025-01-14T17:54:37.000Z',
      datacontenttype: 'application/json',
      replayid: 'AAAAAAAQ200AAA==',
      schemaid: 'schema-1',
      sequence: '000003',
      partitionkey: '001000000000001AAA',
      data: {
        ChangeEventHeader: { ...HEADER, commitNumber: 'exact', changedFields: ['Name'] },
        Name: 'Acme',
      },
    });
    expect(eventTimeMs(event)).toBe(1_736_877_277_000);
  });

  it('is the same however often it is read, and is read back from JSON as it was', () => {
    const json = eventJson(toCloudEvent(raw(), change, ORIGIN, 'json'));
    expect(eventJson(toCloudEvent(raw(), change, ORIGIN, 'json'))).toBe(json);
    expect(eventJson(parseEvent(json))).toBe(json);
  });

  it('has raw bitmaps and wrapped values in the avro-json form', () => {
    const event = toCloudEvent(raw(), change, ORIGIN, 'avro-json');
    expect(event.data).toMatchObject({
      ChangeEventHeader: { changedFields: ['0x2'] },
      Name: { string: 'Acme' },
    });
    expect(event.type).toBe('com.salesforce.cdc.Account.UPDATE');
  });

  it('gets an id that stays the same when the bus gives none', () => {
    const one = toCloudEvent(raw({}, ''), change, ORIGIN, 'json');
    const other = toCloudEvent(raw({}, ''), change, ORIGIN, 'json');
    expect(one.id).toMatch(/^[\w-]{22}$/);
    expect(one.id).toBe(other.id);
  });

  it('takes the entity for its key when there is no record id', () => {
    const event = toCloudEvent(raw({ recordIds: [], changeType: 'GAP_OVERFLOW' }), change, ORIGIN, 'json');
    expect(event['partitionkey']).toBe('Account');
  });

  it('has attributes that CloudEvents allows: lower-case letters and digits', () => {
    for (const name of Object.keys(toCloudEvent(raw(), change, ORIGIN, 'json'))) {
      expect(name).toMatch(/^[a-z0-9]{1,20}$/);
    }
  });
});

describe('a platform event as a CloudEvent', () => {
  const codec = makeCodec(
    's',
    JSON.stringify({
      type: 'record',
      name: 'Order__e',
      namespace: 'com.sforce.eventbus',
      fields: [
        { name: 'CreatedDate', type: 'long' },
        { name: 'CreatedById', type: 'string' },
      ],
    }),
  );
  const CREATED_MS = 1_736_877_277_000;
  const at = (CreatedDate: number | bigint, receivedAtMs = CREATED_MS) =>
    toCloudEvent(
      {
        id: 'x',
        schemaId: 's',
        payload: codec.encode({ CreatedDate, CreatedById: '005' }),
        replayId: Buffer.from([1]),
        receivedAtMs,
      },
      codec,
      { ...ORIGIN, topic: '/event/Order__e' },
      'json',
    );

  it('is typed by its name and timed by its creation', () => {
    expect(at(CREATED_MS)).toMatchObject({
      type: 'com.salesforce.platformevent.Order__e',
      subject: '/event/Order__e',
      time: '2025-01-14T17:54:37.000Z',
    });
  });

  const HOUR_MS = 3_600_000;
  it.each([
    ['72 hours before', CREATED_MS + 72 * HOUR_MS],
    ['five minutes after', CREATED_MS - HOUR_MS / 12],
  ])('is timed by its creation up to %s it was received', (_what, receivedAtMs) => {
    expect(at(CREATED_MS, receivedAtMs).time).toBe('2025-01-14T17:54:37.000Z');
  });

  it.each([
    ['seconds', CREATED_MS / 1_000, CREATED_MS],
    ['longer ago than the bus keeps events', CREATED_MS, CREATED_MS + 72 * HOUR_MS + 1],
    ['in the future', CREATED_MS, CREATED_MS - HOUR_MS / 12 - 1],
  ])('has no time where its publisher wrote one that cannot be: %s', (_what, createdDate, receivedAtMs) => {
    const event = at(createdDate, receivedAtMs);
    expect(event.time).toBeUndefined();
    expect(eventJson(event)).not.toContain('"time"');
  });

  it('has no time rather than an impossible one', () => {
    expect(at(9_000_000_000_000_000).time).toBeUndefined();
    expect(at(2n ** 62n).time).toBeUndefined();
  });
});
