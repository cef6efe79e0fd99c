import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from './values.ts';

const bytes = fc.oneof(
  fc.uint8Array(),
  // Mostly text, with bytes in between that are not UTF-8.
  fc
    .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('ß', '€', '😀')))
    .chain((texts) =>
      fc
        .uint8Array({ maxLength: 4 })
        .map((stray) =>
          Uint8Array.from(texts.flatMap((text) => [...new TextEncoder().encode(text), ...stray])),
        ),
    ),
);

it('any bytes survive the conversion to text and back', () => {
  fc.assert(
    fc.property(bytes, (given) => {
      expect(encodeUtf8(decodeUtf8(given))).toEqual(given);
    }),
  );
});

it('text is written as UTF-8, with a replacement character for half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }), (text) => {
      const plain = text.replace(/[\udc80-\udcff]/g, '');
      expect(encodeUtf8(plain)).toEqual(new TextEncoder().encode(plain));
    }),
  );
});
