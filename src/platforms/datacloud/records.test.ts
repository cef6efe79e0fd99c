import { describe, expect, it } from 'vitest';
import { anEvent } from '../../../test/support/builders.ts';
import { RECORD_BYTES_MAX, type RecordSettings, recordsOfEvent } from './records.ts';

const ORDERS: RecordSettings = { object: 'Orders', primaryKey: 'order_id', refreshMode: 'full' };
const PARTIAL: RecordSettings = { ...ORDERS, refreshMode: 'partial' };
const FIELDS = [
  { name: 'order_id', type: 'Text' },
  { name: 'amount', type: 'Number' },
  { name: 'gift', type: 'Boolean' },
  { name: 'ordered_on', type: 'Date' },
  { name: 'modified', type: 'DateTime' },
];

const plain = (data: unknown) => anEvent({ type: 'order.placed', data });
const recordOf = (data: unknown, settings = PARTIAL, fields: typeof FIELDS | undefined = FIELDS) => {
  const made = recordsOfEvent(plain(data), settings, fields);
  return made.kind === 'upsert' ? made.records.map(({ json }) => JSON.parse(json)) : made;
};
const faultOf = (data: unknown, settings = PARTIAL, fields: typeof FIELDS | undefined = FIELDS) => {
  const made = recordsOfEvent(plain(data), settings, fields);
  return made.kind === 'rejected' ? `${made.errorId}: ${made.message}` : made.kind;
};

describe('the data of an event is the record', () => {
  it.each([
    [
      'with every field that it lacks empty, where it takes the place of another',
      ORDERS,
      { order_id: 'o-1', amount: 2 },
      { order_id: 'o-1', amount: 2, gift: null, ordered_on: null, modified: null },
    ],
    [
      'with what it has, where it is part of one',
      PARTIAL,
      { order_id: 'o-1', amount: 2 },
      { order_id: 'o-1', amount: 2 },
    ],
    [
      'with empty values of any type',
      PARTIAL,
      { order_id: 'o-1', amount: null, gift: '', modified: '' },
      { order_id: 'o-1', amount: null, gift: '', modified: '' },
    ],
    [
      'without the name of its operation',
      PARTIAL,
      { order_id: 'o-1', '@operation': 'upsert' },
      { order_id: 'o-1' },
    ],
  ] as const)('%s', (_what, settings, data, record) => {
    expect(recordOf(data, settings)).toEqual([record]);
  });

  it('keeps integers that no double holds', () => {
    const made = recordsOfEvent(plain({ order_id: 'o-1', amount: 9007199254740993n }), PARTIAL, FIELDS);
    expect(made).toMatchObject({
      kind: 'upsert',
      records: [{ json: '{"order_id":"o-1","amount":9007199254740993}', key: 'o-1' }],
    });
  });
});

describe('a date', () => {
  it.each([
    ['2026-11-23', '2026-11-23'],
    ['2026-11-23T23:30:00-02:00', '2026-11-24'],
    [Date.UTC(2026, 10, 23, 12), '2026-11-23'],
    ['2024-02-29', '2024-02-29'],
  ])('%s is sent as %s', (given, sent) => {
    expect(recordOf({ order_id: 'o', ordered_on: given })).toEqual([{ order_id: 'o', ordered_on: sent }]);
  });

  it.each(['23.11.2026', '2026-02-30', '2026-11-23 10:00', 'yesterday', 1.5, true, 253_402_300_800_000])(
    '%s is none',
    (given) => {
      expect(faultOf({ order_id: 'o', ordered_on: given })).toMatch(
        /^field-mismatch: .*ordered_on: expected a date such as 2026-11-23/,
      );
    },
  );
});

describe('a time', () => {
  it.each([
    ['2026-11-23T20:00:00Z', '2026-11-23T20:00:00.000Z'],
    ['2026-11-23T21:00:00.5+01:00', '2026-11-23T20:00:00.500Z'],
    ['2026-11-23T20:00:00.000+0000', '2026-11-23T20:00:00.000Z'],
    ['2026-11-23', '2026-11-23T00:00:00.000Z'],
    [Date.UTC(2026, 10, 23, 20), '2026-11-23T20:00:00.000Z'],
    [253_402_300_799_999, '9999-12-31T23:59:59.999Z'],
  ])('%s is sent as %s', (given, sent) => {
    expect(recordOf({ order_id: 'o', modified: given })).toEqual([{ order_id: 'o', modified: sent }]);
  });

  it.each(['20:00', '2026-11-23T25:00:00Z', 'now', false])('%s is none', (given) => {
    expect(faultOf({ order_id: 'o', modified: given })).toMatch(/modified: expected a time such as/);
  });
});

describe('an event is rejected', () => {
  it.each([
    [
      'without data',
      undefined,
      /^no-record: expected the fields of a record of Orders as a JSON object, found nothing/,
    ],
    ['with a list', [1], /^no-record: .* found a list/],
    ['with a text', 'o-1', /^no-record: .* found the text "o-1"/],
    ['without fields', {}, /^field-mismatch: .*at least one field/],
    [
      'with a field that the schema lacks',
      { order_id: 'o', total: 1 },
      /total: expected one of the fields order_id, amount,/,
    ],
    [
      'with an API name',
      { order_id: 'o', Total__c: 1 },
      /without "__", found "Total__c".*root\.Total_c = this\.Total__c/,
    ],
    [
      'with a name that Data Cloud keeps',
      { order_id: 'o', row_count: 1 },
      /does not keep for itself, found "row_count"/,
    ],
    ['with a name of other characters', { order_id: 'o', 'a b': 1 }, /letters, digits, _ and -, found "a b"/],
    ['with a name that is too long', { order_id: 'o', ['x'.repeat(81)]: 1 }, /1 to 80 letters/],
    ['with a number as text', { order_id: 'o', amount: '12' }, /amount: expected a number, found a text/],
    ['with a text as number', { order_id: 12 }, /order_id: expected a text, found a number/],
    ['with a yes', { order_id: 'o', gift: 'yes' }, /gift: expected true or false, found a text/],
    [
      'with an object in it',
      { order_id: 'o', amount: { double: 1 } },
      /amount: expected one value: nested data .* found an object/,
    ],
    ['with a list in it', { order_id: 'o', amount: [1] }, /amount: .* found a list/],
    ['without its primary key', { amount: 1 }, /order_id: expected the primary key, found nothing/],
    [
      'with an empty primary key',
      { order_id: '', amount: 1 },
      /order_id: expected the primary key, found an empty text/,
    ],
    [
      'with an unknown operation',
      { order_id: 'o', '@operation': 'drop' },
      /^no-record: expected "@operation" to be "upsert" or "delete"/,
    ],
  ])('%s', (_what, data, message) => {
    expect(faultOf(data)).toMatch(message);
  });

  it('with the first five faults, and the number of the others', () => {
    expect(faultOf({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1 })).toMatch(/e: .*; and 2 more$/);
  });

  it('that is larger than a request may be, and not one byte sooner', () => {
    const frame = '{"order_id":"o","note":""}'.length;
    const of = (bytes: number) =>
      recordsOfEvent(plain({ order_id: 'o', note: 'x'.repeat(bytes - frame) }), PARTIAL, undefined);
    expect(of(RECORD_BYTES_MAX).kind).toBe('upsert');
    expect(of(RECORD_BYTES_MAX + 1)).toMatchObject({ kind: 'rejected', errorId: 'record-too-large' });
  });
});

describe('without the schema', () => {
  it('names and nesting are judged, and values are sent as they are', () => {
    const unknown = (data: unknown) => recordsOfEvent(plain(data), PARTIAL, undefined);
    expect(unknown({ order_id: 'o', day: '23.11.2026' })).toMatchObject({ kind: 'upsert' });
    expect(unknown({ order_id: 'o', Day__c: 1 })).toMatchObject({
      kind: 'rejected',
      errorId: 'field-mismatch',
    });
    expect(unknown({ order_id: 'o', day: {} })).toMatchObject({
      kind: 'rejected',
      errorId: 'field-mismatch',
    });
  });
});

describe('a delete', () => {
  it.each([
    ['names the primary key', { order_id: 'o-1', amount: 1, '@operation': 'delete' }, ORDERS, ['o-1']],
    ['takes a number as key', { order_id: 7, '@operation': 'delete' }, ORDERS, ['7']],
    [
      'needs no primary key where the record has nothing else',
      { id: 'o-1', '@operation': 'delete' },
      { ...ORDERS, primaryKey: undefined },
      ['o-1'],
    ],
  ] as const)('%s', (_what, data, settings, keys) => {
    expect(recordsOfEvent(plain(data), settings, FIELDS)).toEqual({ kind: 'delete', keys });
  });

  it('is the change DELETE too, made a record by a filter', () => {
    const event = anEvent({ type: 'com.salesforce.cdc.Opportunity.DELETE', data: { order_id: '006x' } });
    expect(recordsOfEvent(event, ORDERS, FIELDS)).toEqual({ kind: 'delete', keys: ['006x'] });
  });

  it.each([
    ['without a key', { amount: 1, '@operation': 'delete' }, ORDERS, 'primary-key-empty'],
    [
      'without knowing the key',
      { a: 1, b: 2, '@operation': 'delete' },
      { ...ORDERS, primaryKey: undefined },
      'primary-key-unknown',
    ],
  ] as const)('is rejected %s', (_what, data, settings, errorId) => {
    expect(recordsOfEvent(plain(data), settings, FIELDS)).toMatchObject({ kind: 'rejected', errorId });
  });
});

describe('a change event that no filter has made a record of', () => {
  const OPPORTUNITIES: RecordSettings = { object: 'Opportunities', primaryKey: 'Id', refreshMode: 'partial' };
  const SCHEMA = ['Id', 'StageName', 'Amount', 'Order_Total_c'].map((name) => ({ name, type: '' }));
  const change = (type: string, values: object, header: object = {}) =>
    anEvent({
      type: `com.salesforce.cdc.Opportunity.${type}`,
      data: {
        ChangeEventHeader: { recordIds: ['006a'], changeType: type, nulledFields: [], ...header },
        ...values,
      },
    });
  const made = (event: ReturnType<typeof change>, settings = OPPORTUNITIES) => {
    const of = recordsOfEvent(event, settings, SCHEMA);
    return of.kind === 'upsert' ? of.records.map(({ json }) => JSON.parse(json)) : of;
  };

  it('gives the fields that changed, under the names of the schema, once for each record', () => {
    const event = change(
      'UPDATE',
      { StageName: 'Won', Amount: null, Order_Total__c: 3, Name: 'x', Other__c: {} },
      { recordIds: ['006a', '006b'] },
    );
    expect(made(event)).toEqual([
      { Id: '006a', StageName: 'Won', Order_Total_c: 3 },
      { Id: '006b', StageName: 'Won', Order_Total_c: 3 },
    ]);
  });

  it('empties what was emptied', () => {
    const event = change('UPDATE', { StageName: 'Won', Amount: null }, { nulledFields: ['Amount'] });
    expect(made(event)).toEqual([{ Id: '006a', StageName: 'Won', Amount: null }]);
  });

  it('deletes every record that it names', () => {
    expect(made(change('DELETE', {}, { recordIds: ['006a', '006b'] }))).toEqual({
      kind: 'delete',
      keys: ['006a', '006b'],
    });
  });

  it.each([
    [
      'an UPDATE where records are whole',
      change('UPDATE', { StageName: 'Won' }),
      { ...OPPORTUNITIES, refreshMode: 'full' },
      'partial-change',
    ],
    ['a gap', change('GAP_UPDATE', {}), OPPORTUNITIES, 'gap-event'],
    [
      'no primary key',
      change('CREATE', { StageName: 'Won' }),
      { ...OPPORTUNITIES, primaryKey: undefined },
      'primary-key-unknown',
    ],
    ['no common field', change('CREATE', { Name: 'x' }), OPPORTUNITIES, 'no-common-fields'],
    ['no record id', change('CREATE', { StageName: 'Won' }, { recordIds: [] }), OPPORTUNITIES, 'no-record'],
  ] as const)('is rejected with %s', (_what, event, settings, errorId) => {
    expect(made(event, settings)).toMatchObject({
      kind: 'rejected',
      errorId,
      message: expect.stringMatching(/^expected /),
    });
  });

  it('is whole where it tells of a new record', () => {
    expect(made(change('CREATE', { StageName: 'Won' }), { ...OPPORTUNITIES, refreshMode: 'full' })).toEqual([
      { Id: '006a', StageName: 'Won', Amount: null, Order_Total_c: null },
    ]);
  });
});
