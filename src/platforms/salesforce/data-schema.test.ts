import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringifyJson } from '../../base/json.ts';
import { makeCodec } from './avro.ts';
import { dataSchemaOf } from './data-schema.ts';
import { parseSchema } from './schema.ts';

const NAME = {
  type: 'record',
  name: 'PersonName',
  fields: [{ name: 'First', type: ['null', 'string'] }],
};
const FIELDS = [
  { name: 'CreatedDate', type: 'long', doc: 'CreatedDate:DateTime' },
  { name: 'Flag__c', type: ['null', 'boolean'] },
  { name: 'Count__c', type: ['null', 'int'] },
  { name: 'Amount__c', type: ['null', 'double'], doc: 'Data:Double:00N000000000001' },
  { name: 'When__c', type: ['null', 'long'], doc: 'Data:DateTime:00N000000000002' },
  { name: 'Text__c', type: ['null', 'string'], doc: 'Data:DateTime' },
  { name: 'Kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
  { name: 'Tags', type: { type: 'array', items: 'string' } },
  { name: 'Notes', type: ['null', { type: 'map', values: 'string' }] },
  { name: 'Bytes', type: ['null', 'bytes'] },
  { name: 'Name', type: ['null', 'string', NAME] },
  { name: 'Other', type: ['null', 'PersonName'] },
] as const;
const SCHEMA = JSON.stringify({
  type: 'record',
  name: 'Test__e',
  namespace: 'com.sforce.eventbus',
  fields: FIELDS,
});

const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const person = fc.record({ First: nullable(fc.string()) });
const data = fc.record({
  CreatedDate: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  Flag__c: nullable(fc.boolean()),
  Count__c: nullable(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  Amount__c: nullable(fc.double({ noNaN: true, noDefaultInfinity: true })),
  When__c: nullable(fc.integer()),
  Text__c: nullable(fc.string()),
  Kind: fc.constantFrom('A', 'B'),
  Tags: fc.array(fc.string()),
  Notes: nullable(fc.dictionary(fc.string(), fc.string())),
  Bytes: nullable(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
  Name: fc.oneof(fc.constant(null), fc.string(), person),
  Other: nullable(person),
});

const schema = dataSchemaOf(parseSchema(SCHEMA));
const validate = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  formats: { int32: true, int64: true },
}).compile(schema);

describe('the schema of the data', () => {
  it('holds for whatever an event has', () => {
    const codec = makeCodec('id', SCHEMA);
    fc.assert(
      fc.property(data, (value) => {
        const decoded: unknown = JSON.parse(stringifyJson(codec.decodePlain(codec.encode(value))));
        expect(validate(decoded), JSON.stringify(validate.errors)).toBe(true);
      }),
    );
  });

  it('refuses other data', () => {
    const right = {
      CreatedDate: 1,
      Flag__c: null,
      Count__c: 1,
      Amount__c: 1.5,
      When__c: null,
      Text__c: 'a',
      Kind: 'A',
      Tags: [],
      Notes: {},
      Bytes: 'AA==',
      Name: { First: null },
      Other: null,
    };
    expect(validate(right)).toBe(true);
    for (const wrong of [
      { Flag__c: 'yes' },
      { Count__c: 1.5 },
      { CreatedDate: null },
      { Kind: 'C' },
      { Kind: null },
      { Tags: [1] },
      { Name: { First: 1 } },
      { Other: 'a' },
      { Text__c: undefined },
    ]) {
      const { Text__c, ...rest } = { ...right, ...wrong };
      const given = Text__c === undefined ? rest : { ...rest, Text__c };
      expect(validate(given), JSON.stringify(wrong)).toBe(false);
    }
  });

  it('names records, says which numbers are times, and is short for what may be null', () => {
    const { properties, $defs } = schema as { properties: Record<string, object>; $defs: object };
    expect(properties['When__c']).toEqual({
      type: ['integer', 'null'],
      format: 'int64',
      description: 'milliseconds since 1970-01-01T00:00:00Z',
    });
    expect(properties['Amount__c']).toEqual({ type: ['number', 'null'] });
    expect(properties['Text__c']).toEqual({ type: ['string', 'null'] });
    expect(properties['Bytes']).toEqual({ type: ['string', 'null'], contentEncoding: 'base64' });
    expect(properties['Other']).toEqual({ anyOf: [{ $ref: '#/$defs/PersonName' }, { type: 'null' }] });
    expect(Object.keys($defs)).toEqual(['PersonName']);
  });

  it('tells two records of one short name apart', () => {
    const of = (namespace: string, type: string) => ({
      name: namespace,
      type: { type: 'record', name: 'Part', namespace, fields: [{ name: 'x', type }] },
    });
    const found = dataSchemaOf(
      parseSchema(JSON.stringify({ type: 'record', name: 'T', fields: [of('a', 'string'), of('b', 'int')] })),
    );
    expect(found).toMatchObject({
      properties: { a: { $ref: '#/$defs/Part' }, b: { $ref: '#/$defs/Part2' } },
      $defs: {
        Part: { properties: { x: { type: 'string' } } },
        Part2: { properties: { x: { type: 'integer' } } },
      },
    });
  });
});
