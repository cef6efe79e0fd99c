import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringifyJson } from '../../base/json.ts';
import { makeCodec } from './avro.ts';
import { SchemaError } from './schema.ts';

function codecOf(fields: readonly unknown[], name = 'Test__e') {
  return makeCodec('id', JSON.stringify({ type: 'record', name, namespace: 'com.sforce.eventbus', fields }));
}

const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

describe('64-bit integers', () => {
  const codec = codecOf([
    { name: 'plain', type: 'long' },
    { name: 'nullable', type: ['null', 'long'] },
  ]);

  it('come back exactly, as a number where that is exact', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: LONG_MIN, max: LONG_MAX }), (value) => {
        const decoded = codec.decodePlain(codec.encode({ plain: value, nullable: value }));
        const expected =
          BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
        expect({ ...decoded }).toEqual({ plain: expected, nullable: expected });
      }),
    );
  });

  it('are written as JSON numbers, bigint or not', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: LONG_MIN, max: LONG_MAX }), (value) => {
        const payload = codec.encode({ plain: value, nullable: value });
        expect(stringifyJson(codec.decodePlain(payload))).toBe(`{"plain":${value},"nullable":${value}}`);
        expect(stringifyJson(codec.decodeWrapped(payload))).toBe(
          `{"plain":${value},"nullable":{"long":${value}}}`,
        );
      }),
    );
  });

  it.each([LONG_MAX + 1n, LONG_MIN - 1n, 1.5, 2 ** 53, '1'])('are not made of %s', (value) => {
    expect(() => codec.encode({ plain: value, nullable: null })).toThrow();
  });
});

describe('a codec', () => {
  it('unwraps unions, records among them', () => {
    const codec = codecOf([
      {
        name: 'Name',
        type: [
          'null',
          'string',
          { type: 'record', name: 'PersonName', fields: [{ name: 'First', type: ['null', 'string'] }] },
        ],
      },
    ]);
    for (const Name of [null, 'Acme', { First: 'Ada' }, { First: null }]) {
      expect(JSON.parse(JSON.stringify(codec.decodePlain(codec.encode({ Name }))))).toEqual({ Name });
    }
    expect(JSON.stringify(codec.decodeWrapped(codec.encode({ Name: { First: 'Ada' } })))).toBe(
      '{"Name":{"com.sforce.eventbus.PersonName":{"First":{"string":"Ada"}}}}',
    );
  });

  it('keeps a union wrapped whose branches JSON cannot tell apart', () => {
    const codec = codecOf([{ name: 'n', type: ['null', 'int', 'double'] }]);
    expect(JSON.stringify(codec.decodePlain(codec.encode({ n: { int: 1 } })))).toBe('{"n":{"int":1}}');
  });

  it('writes bytes as text: base64, and in the wrapped form as Avro does', () => {
    const codec = codecOf([
      { name: 'b', type: ['null', 'bytes'] },
      { name: 'list', type: { type: 'array', items: 'bytes' } },
    ]);
    const payload = codec.encode({ b: Buffer.from([0, 255]), list: [Buffer.from('x')] });
    expect(codec.decodePlain(payload)).toEqual({ b: 'AP8=', list: ['eA=='] });
    expect(codec.decodeWrapped(payload)).toEqual({ b: { bytes: '\u0000\u00ff' }, list: ['x'] });
  });

  it('says whether it is of change events, and how its record is called', () => {
    const header = { name: 'ChangeEventHeader', type: { type: 'record', name: 'H', fields: [] } };
    expect(codecOf([header], 'AccountChangeEvent')).toMatchObject({
      isChangeEvent: true,
      recordName: 'AccountChangeEvent',
    });
    expect(codecOf([]).isChangeEvent).toBe(false);
  });

  it('throws for payloads that are cut, too long or of another schema', () => {
    const codec = codecOf([{ name: 's', type: 'string' }]);
    const payload = codec.encode({ s: 'hello' });
    for (const bad of [payload.subarray(0, 3), Buffer.concat([payload, payload]), Buffer.alloc(0)]) {
      expect(() => codec.decodePlain(bad)).toThrow();
    }
  });

  it.each([
    '',
    'not json',
    '"string"',
    '{"type":"enum","name":"E","symbols":["A"]}',
    '{"type":"record","name":"R","fields":[{"name":"f","type":"Unknown"}]}',
  ])('is not made of %j', (text) => {
    expect(() => makeCodec('id', text)).toThrow(SchemaError);
  });
});
