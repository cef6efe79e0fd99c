import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeCodec } from './avro.ts';
import { conformToSchema, describeFieldErrors } from './conform.ts';

const SCHEMA = JSON.stringify({
  type: 'record',
  name: 'Order_Placed__e',
  namespace: 'com.sforce.eventbus',
  fields: [
    { name: 'CreatedDate', type: 'long', doc: 'CreatedDate:DateTime' },
    { name: 'CreatedById', type: 'string', doc: 'CreatedBy:EntityId' },
    { name: 'Text__c', type: ['null', 'string'], doc: 'Data:Text:00N1', default: null },
    { name: 'Amount__c', type: ['null', 'double'], doc: 'Data:Double:00N2', default: null },
    { name: 'Done__c', type: ['null', 'boolean'], doc: 'Data:Boolean:00N3', default: null },
    { name: 'Due__c', type: ['null', 'long'], doc: 'Data:DateTime:00N4', default: null },
    { name: 'Count__c', type: ['null', 'int'], doc: 'Data:Integer:00N5', default: null },
    { name: 'Big__c', type: ['null', 'long'], doc: 'Data:Integer:00N6', default: null },
    {
      name: 'Place__c',
      type: [
        'null',
        {
          type: 'record',
          name: 'Location',
          fields: [
            { name: 'Latitude', type: ['null', 'double'] },
            { name: 'string', type: ['null', 'string'] },
          ],
        },
      ],
    },
    { name: 'Kind__c', type: ['null', { type: 'enum', name: 'Kind', symbols: ['A', 'B'] }] },
    { name: 'Tags__c', type: ['null', { type: 'array', items: 'string' }] },
    { name: 'Day__c', type: ['null', 'long'], doc: 'Data:DateOnly:00N7', default: null },
    { name: 'Time__c', type: ['null', 'long'], doc: 'Data:TimeOnly:00N8', default: null },
    { name: 'Small__c', type: ['null', 'float'] },
    { name: 'Bytes__c', type: ['null', 'bytes'] },
  ],
});
const DEFAULTS = { CreatedDate: 1_739_547_163_458, CreatedById: '005000000000001AAA' };
const codec = makeCodec('id', SCHEMA);

describe('fitting', () => {
  it.each([
    [{}, {}],
    [{ Text__c: 'x' }, { Text__c: 'x' }],
    [{ Text__c: { string: 'x' } }, { Text__c: 'x' }],
    [{ Text__c: null, Amount__c: undefined }, {}],
    [{ Amount__c: 1 }, { Amount__c: 1 }],
    [{ Amount__c: { double: 1.5 } }, { Amount__c: 1.5 }],
    [{ Amount__c: 9007199254740993n }, { Amount__c: 9007199254740992 }],
    [{ Done__c: { boolean: false } }, { Done__c: false }],
    [{ Due__c: '2026-11-23T10:00:00Z' }, { Due__c: Date.parse('2026-11-23T10:00:00Z') }],
    [{ Due__c: '2026-11-23' }, { Due__c: Date.parse('2026-11-23') }],
    [{ Due__c: '2024-02-29T23:59:59.5+14:00' }, { Due__c: Date.parse('2024-02-29T09:59:59.500Z') }],
    [{ Due__c: '2026-11-23T10:00:00.000+0000' }, { Due__c: Date.parse('2026-11-23T10:00:00Z') }],
    [{ Due__c: { long: 5 } }, { Due__c: 5 }],
    [{ Due__c: { long: '2026-11-23T10:00:00Z' } }, { Due__c: Date.parse('2026-11-23T10:00:00Z') }],
    [{ Day__c: '2024-02-29' }, { Day__c: Date.parse('2024-02-29') }],
    [{ Day__c: 1_709_164_800_000 }, { Day__c: 1_709_164_800_000 }],
    [{ Time__c: '20:00:00.000Z' }, { Time__c: 72_000_000 }],
    [{ Time__c: 86_399_999 }, { Time__c: 86_399_999 }],
    [{ Count__c: -2_147_483_648 }, { Count__c: -2_147_483_648 }],
    [{ Big__c: 2n ** 63n - 1n }, { Big__c: 2n ** 63n - 1n }],
    [{ Big__c: -(2n ** 63n) }, { Big__c: -(2n ** 63n) }],
    [{ Small__c: 3.4e38 }, { Small__c: 3.4e38 }],
    [{ Text__c: '\u{1f600}' }, { Text__c: '\u{1f600}' }],
    [{ Bytes__c: 'YQ==' }, { Bytes__c: Buffer.from('a') }],
    [{ Bytes__c: 'YQ' }, { Bytes__c: Buffer.from('a') }],
    [{ Count__c: 2_147_483_647 }, { Count__c: 2_147_483_647 }],
    [{ Big__c: 9007199254740993n }, { Big__c: 9007199254740993n }],
    [{ Place__c: { Latitude: 47.07 } }, { Place__c: { Latitude: 47.07, string: null } }],
    [{ Place__c: { Location: { Latitude: { double: 1 } } } }, { Place__c: { Latitude: 1, string: null } }],
    [{ Place__c: { 'com.sforce.eventbus.Location': {} } }, { Place__c: { Latitude: null, string: null } }],
    // A record with a single field that is named like a type.
    [{ Place__c: { string: 'x' } }, { Place__c: { Latitude: null, string: 'x' } }],
    [{ Kind__c: 'B' }, { Kind__c: 'B' }],
    [{ Tags__c: ['a', 'b'] }, { Tags__c: ['a', 'b'] }],
    [
      { CreatedDate: 7, CreatedById: 'me' },
      { CreatedDate: 7, CreatedById: 'me' },
    ],
  ])('takes %o', (data, expected) => {
    const conformed = conformToSchema(SCHEMA, data, DEFAULTS);
    if (!conformed.ok) throw new Error(describeFieldErrors(conformed.errors));
    expect(conformed.value).toMatchObject({ ...DEFAULTS, ...expected });
    // Conformed values can be encoded.
    expect(codec.encode(conformed.value).length).toBeGreaterThan(0);
  });

  it.each<[unknown, string]>([
    [null, 'event: expected an object with the fields of Order_Placed__e, found nothing'],
    ['text', 'event: expected an object with the fields of Order_Placed__e, found a text'],
    [[], 'event: expected an object with the fields of Order_Placed__e, found a list'],
    [{ Text__c: 5 }, 'Text__c: expected null or a text, found an integer'],
    [{ Text__c: { string: 5 } }, 'Text__c: expected a text, found an integer'],
    [{ Text__c: { double: 5 } }, 'Text__c: expected null or a text, found an object'],
    [{ Amount__c: '5' }, 'Amount__c: expected null or a number, found a text'],
    [{ Amount__c: Number.NaN }, 'Amount__c: expected null or a number, found no finite number'],
    [{ Done__c: 'true' }, 'Done__c: expected null or true or false, found a text'],
    [
      { Due__c: 'tomorrow' },
      'Due__c: expected null or a time (milliseconds since 1970, or RFC 3339), found a text',
    ],
    ...[
      '2026-02-31T00:00:00Z',
      '2026-02-31',
      '2026-13-01',
      '2026-01-01T24:00:00Z',
      '2026-01-01T00:00:00',
    ].map((text): [unknown, string] => [
      { Due__c: text },
      'Due__c: expected null or a time (milliseconds since 1970, or RFC 3339), found a date or time that is incomplete or does not exist',
    ]),
    ...['2016-12-31T23:59:60Z', '2026-01-01T00:00:00+24:00', '2026-01-01T00:60:00Z'].map(
      (text): [unknown, string] => [
        { Due__c: { long: text } },
        'Due__c: expected a time (milliseconds since 1970, or RFC 3339), found a date or time that is incomplete or does not exist',
      ],
    ),
    [
      { Day__c: '2026-02-29' },
      'Day__c: expected null or a day (milliseconds since 1970, or RFC 3339 such as 2026-11-23), found a date or time that is incomplete or does not exist',
    ],
    // The date depends on the time zone.
    [
      { Day__c: '2026-11-23T23:30:00-05:00' },
      'Day__c: expected null or a day (milliseconds since 1970, or RFC 3339 such as 2026-11-23), found a text',
    ],
    ...[-1, 86_400_000].map((ms): [unknown, string] => [
      { Time__c: ms },
      'Time__c: expected null or a time of day (milliseconds since midnight, or such as 20:00:00.000Z), found an integer',
    ]),
    [
      { Text__c: 'a\ud800b' },
      'Text__c: expected null or a text, found a text with half of a surrogate pair, which no UTF-8 can hold',
    ],
    [
      { Tags__c: ['\udc00'] },
      'Tags__c[0]: expected a text, found a text with half of a surrogate pair, which no UTF-8 can hold',
    ],
    [{ Amount__c: 10n ** 400n }, 'Amount__c: expected null or a number, found an integer'],
    [{ Amount__c: Number.POSITIVE_INFINITY }, 'Amount__c: expected null or a number, found no finite number'],
    [
      { Small__c: 1e39 },
      'Small__c: expected null or a number, found a rounded number, written with an exponent or a fraction',
    ],
    [
      { Big__c: 1e18 },
      'Big__c: expected null or an integer of 64 bits, found a rounded number, written with an exponent or a fraction',
    ],
    [{ Bytes__c: 'a' }, 'Bytes__c: expected null or bytes in base64, found a text'],
    [{ Bytes__c: 'YWI==' }, 'Bytes__c: expected null or bytes in base64, found a text'],
    [{ Big__c: '2026-11-23' }, 'Big__c: expected null or an integer of 64 bits, found a text'],
    [{ Count__c: 2_147_483_648 }, 'Count__c: expected null or an integer of 32 bits, found an integer'],
    [{ Count__c: 1.5 }, 'Count__c: expected null or an integer of 32 bits, found a number with a fraction'],
    [{ Big__c: 2n ** 63n }, 'Big__c: expected null or an integer of 64 bits, found an integer'],
    [{ Place__c: { Latitude: 'x' } }, 'Place__c.Latitude: expected null or a number, found a text'],
    [
      { Place__c: { Lat: 1 } },
      'Place__c.Lat: expected a field of Location (Latitude, string), found a field that it does not have',
    ],
    [{ Kind__c: 'C' }, 'Kind__c: expected null or one of A, B, found a text'],
    [{ Tags__c: ['a', 5] }, 'Tags__c[1]: expected a text, found an integer'],
    [{ text: 'x' }, 'text: expected the name "Text__c", found a field that it does not have'],
    [{ CreatedById: 5 }, 'CreatedById: expected a text, found an integer'],
  ])('refuses %o', (data, message) => {
    const conformed = conformToSchema(SCHEMA, data, DEFAULTS);
    expect(conformed.ok ? 'it fits' : describeFieldErrors(conformed.errors)).toBe(message);
  });

  it('names what is missing when nothing stands in for it', () => {
    const conformed = conformToSchema(SCHEMA, {});
    expect(conformed.ok ? [] : conformed.errors.map(({ field, found }) => `${field} ${found}`)).toEqual([
      'CreatedDate nothing',
      'CreatedById nothing',
    ]);
  });

  it('answers anything with a fit that encodes, or with errors that do not hold the data', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(
            'Text__c',
            'Amount__c',
            'Due__c',
            'Count__c',
            'Big__c',
            'Place__c',
            'Tags__c',
            '__proto__',
          ),
          fc.anything({ withBigInt: true, maxDepth: 2 }),
        ),
        (data) => {
          const conformed = conformToSchema(SCHEMA, data, DEFAULTS);
          if (conformed.ok) codec.encode(conformed.value);
          else expect(conformed.errors.length).toBeGreaterThan(0);
        },
      ),
    );
    const secret = conformToSchema(SCHEMA, { Amount__c: 'my-secret-value' }, DEFAULTS);
    expect(JSON.stringify(secret)).not.toContain('my-secret-value');
  });

  it('stops listing errors after some', () => {
    const data = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`Unknown${index}__c`, 1]));
    const conformed = conformToSchema(SCHEMA, data, DEFAULTS);
    expect(conformed.ok ? 0 : conformed.errors.length).toBe(20);
  });
});
