import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeJson, parseJson } from './json.ts';
import { sortedKeys, type Value } from './values.ts';

// `JSON.parse` and the parser that preserves numbers must agree. One number that needs our parser, at the start of an
// array, makes it read the rest as well.
const BY_THE_PARSER = '1e0';

const digits = fc.stringMatching(/^\d{0,20}$/);
const numbers = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,18}$/)),
    fc.oneof(
      fc.constant(''),
      digits.map((fraction) => `.${fraction}5`),
      digits.map((fraction) => `.${fraction}0`),
      fc.constantFrom('.00001', '.00012', '.000012'),
    ),
    fc.constantFrom('', '', '', 'e5', 'E-7', 'e+0'),
  )
  .map((parts) => parts.join(''));
const texts = fc
  .array(
    fc.constantFrom(
      'a',
      'ü',
      '😀',
      '.000Z',
      '4e-b',
      '1e5',
      '-0',
      ',',
      ':',
      ' 1.50',
      '\\ud83d',
      '\\ud83d\\ude00',
      '\\n',
      '\\\\',
      '\\"',
    ),
  )
  .map((parts) => `"${parts.join('')}"`);
const documents = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    numbers,
    texts,
    fc.constantFrom('null', 'true'),
    tie('array'),
    tie('object'),
  ),
  array: fc
    .tuple(fc.array(tie('value')), fc.constantFrom(',', ' , ', ',\n'))
    .map(([parts, comma]) => `[${parts.join(comma)}]`),
  object: fc
    .tuple(fc.array(fc.tuple(texts, tie('value'))), fc.constantFrom(':', ': '))
    .map(([entries, colon]) => `{${entries.map(([key, value]) => `${key}${colon}${value}`).join()}}`),
})).value;

describe('JSON', () => {
  it('reads the same value both ways', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const [, expected] = parseJson(`[${BY_THE_PARSER},${document}]`, 'text', 'refuse') as Value[];
        expect(parseJson(`${document}`, 'text', 'refuse')).toEqual(expected);
        expect(parseJson(`[${document}]`, 'text', 'refuse')).toEqual([expected]);
      }),
      { numRuns: 700 },
    );
  });

  it('writes texts as JSON.stringify does, except for a few escapes', () => {
    const units = fc.oneof(fc.nat(0xffff), fc.nat(0x7f), fc.integer({ min: 0x2020, max: 0x2030 }));
    fc.assert(
      fc.property(fc.array(units), fc.boolean(), (codes, escapeHtml) => {
        const text = String.fromCharCode(...codes);
        const written = encodeJson(text, { escapeHtml });
        expect(JSON.parse(written)).toBe(text.toWellFormed());
        expect(written).not.toMatch(escapeHtml ? /[<>&\u2028\u2029]/ : /[\u2028\u2029]/);
      }),
      { numRuns: 700 },
    );
  });

  it('sorts keys by their bytes, whatever objects came before', () => {
    const keys = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 3 }), { maxLength: 12 });
    fc.assert(
      fc.property(keys, (all) => {
        const object = Object.fromEntries(all.map((key) => [key, null]));
        const expected = all.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
        expect(sortedKeys(object)).toEqual(expected);
        // A caller that modifies the result must not affect the next result.
        sortedKeys(object).reverse();
        expect(sortedKeys(object)).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});
