import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringifyJson } from '../../base/json.ts';
import { makeCodec } from './avro.ts';

/** A schema that Avro allows, and values for it. */
function strict(second: unknown = ['null', 'double']) {
  return {
    type: 'record',
    name: 'Order__e',
    namespace: 'com.sforce.eventbus',
    fields: [
      { name: 'Text', type: ['null', 'string'], default: null },
      { name: 'Second', type: second },
      { name: 'Kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
      {
        name: 'Place',
        type: [
          'null',
          {
            type: 'record',
            name: 'Location',
            fields: [
              { name: 'Latitude', type: ['null', 'double'] },
              { name: 'Big', type: 'long' },
            ],
          },
        ],
      },
      { name: 'Other', type: ['null', 'Location'] },
      { name: 'List', type: { type: 'array', items: ['null', 'string'] } },
    ],
  };
}

const VALUE = {
  Text: 'x',
  Second: 1.5,
  Kind: 'B',
  Place: { Latitude: -0.5, Big: 9007199254740993n },
  Other: { Latitude: null, Big: 1 },
  List: ['a', null],
};

const STRICT = makeCodec('strict', JSON.stringify(strict()));

/**
 * Everything that Avro refuses and that does not affect the bytes, as changes to the schema's text and to the decoded
 * text.
 */
const ODDITIES: readonly (readonly [string, (schema: string) => string, (shown: string) => string])[] = [
  ['a field with a dash', replacing('"Second"', '"Sec-ond"'), replacing('"Second"', '"Sec-ond"')],
  ['a field in another script', replacing('"Text"', '"Größe"'), replacing('"Text"', '"Größe"')],
  ['a field that begins with a digit', replacing('"Big"', '"2nd"'), replacing('"Big"', '"2nd"')],
  ['a field without letters', replacing('"List"', '""'), replacing('"List"', '""')],
  ['a symbol with a space', replacing('"B"', '"B b"'), replacing('"B"', '"B b"')],
  ['a record with a dash', replacing('"Order__e"', '"Order-1"'), same],
  ['a namespace with a dash', replacing('sforce', 's-force'), replacing('sforce', 's-force')],
  ['a default that does not match', replacing('"default":null', '"default":7'), same],
  [
    'an unknown logical type',
    replacing('"type":"long"', '"type":{"type":"long","logicalType":"nanos"}'),
    same,
  ],
  ['an alias that is no name', replacing('"name":"Location"', '"name":"Location","aliases":["a b"]'), same],
];

function replacing(from: string, to: string): (text: string) => string {
  return (text) => text.replaceAll(from, to);
}

function same(text: string): string {
  return text;
}

describe('a schema that Avro does not allow', () => {
  it.each(ODDITIES)('is read for all that: %s', (_name, change, expected) => {
    const odd = makeCodec('odd', change(JSON.stringify(strict())));
    const payload = STRICT.encode(VALUE);
    expect(stringifyJson(odd.decodePlain(payload))).toBe(
      expected(stringifyJson(STRICT.decodePlain(payload))),
    );
    expect(stringifyJson(odd.decodeWrapped(payload))).toBe(
      expected(stringifyJson(STRICT.decodeWrapped(payload))),
    );
    expect(odd.encode(odd.decodePlain(payload))).toEqual(payload);
  });

  it('is read whatever oddities it has at once, always to the same value or not at all', () => {
    const aPlace = fc.option(
      fc.record({
        Latitude: fc.option(fc.double({ noNaN: true })),
        Big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      }),
    );
    const aValue = fc.record({
      Text: fc.option(fc.string()),
      Second: fc.option(fc.double({ noNaN: true })),
      Kind: fc.constantFrom('A', 'B'),
      Place: aPlace,
      Other: aPlace,
      List: fc.array(fc.option(fc.string())),
    });
    fc.assert(
      fc.property(fc.subarray([...ODDITIES.keys()], { minLength: 1 }), aValue, (chosen, value) => {
        const changes = chosen.flatMap((at) => ODDITIES[at] ?? []);
        const text = ODDITIES.reduce(
          (schema, [, change], at) => (chosen.includes(at) ? change(schema) : schema),
          JSON.stringify(strict()),
        );
        expect(changes.length).toBeGreaterThan(0);
        const odd = makeCodec('odd', text);
        const payload = STRICT.encode(value);
        // Renaming changes no value and no order.
        const values = (shown: unknown) => JSON.stringify(plainValues(shown));
        expect(values(odd.decodePlain(payload))).toBe(
          values(STRICT.decodePlain(payload)).replaceAll(
            '"enum B"',
            chosen.includes(4) ? '"enum B b"' : '"enum B"',
          ),
        );
        expect(() => odd.decodePlain(payload.subarray(0, payload.length - 1))).toThrow();
      }),
    );
  });

  it('shows both of two fields with the same name', () => {
    const schema = {
      ...strict(),
      fields: [
        { name: 'A', type: 'int' },
        { name: 'A', type: 'string' },
      ],
    };
    const odd = makeCodec('odd', JSON.stringify(schema));
    expect(odd.decodePlain(Buffer.from([0x02, 0x02, 0x78]))).toEqual({ A: 1, A_2: 'x' });
  });

  it('is read with the definition that came last where two types have one name', () => {
    const location = { type: 'record', name: 'Location', fields: [{ name: 'Other', type: 'int' }] };
    const schema = strict();
    schema.fields.push({ name: 'Again', type: location }, { name: 'Last', type: 'Location' });
    const odd = makeCodec('odd', JSON.stringify(schema));
    const payload = Buffer.concat([STRICT.encode(VALUE), Buffer.from([0x02, 0x04])]);
    expect(odd.decodePlain(payload)).toEqual({
      ...STRICT.decodePlain(STRICT.encode(VALUE)),
      Again: { Other: 1 },
      Last: { Other: 2 },
    });
  });

  it.each([
    ['a union in a union', ['null', ['null', 'string']], /union/],
    ['a union with the same branch twice', ['string', 'string'], /duplicate/],
    ['a type that is not there', 'Missing', /known type/],
  ])('is refused with its reason when bytes cannot be told: %s', (_name, second, reason) => {
    expect(() => makeCodec('odd', JSON.stringify(strict(second)))).toThrow(reason);
  });
});

/** Without names, which the oddities change. */
function plainValues(shown: unknown): unknown {
  if (typeof shown === 'bigint') return String(shown);
  if (Array.isArray(shown)) return shown.map(plainValues);
  if (typeof shown === 'object' && shown !== null) {
    return Object.entries(shown).map(([name, value]) =>
      plainValues(name === 'Kind' ? `enum ${value}` : value),
    );
  }
  return shown;
}
