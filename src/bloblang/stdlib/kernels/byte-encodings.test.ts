import { describe, expect, it } from 'vitest';
import { encodeHex, encodingArgument } from './byte-encodings.ts';

// Columns: encoding, text, and the bytes in hexadecimal or the error.
const DECODED: readonly (readonly [string, string, string])[] = [
  ['base64rawurl', 'aaa=', 'illegal base64 data at input byte 3'],
  ['base64rawurl', '!!!!', 'illegal base64 data at input byte 0'],
  ['ascii85', 'aaa\u00e9', 'illegal ascii85 data at input byte 3'],
  ['hex', 'BO u!r DZ', "encoding/hex: invalid byte: U+004F 'O'"],
  ['base64', '!!!!', 'illegal base64 data at input byte 0'],
  ['base64', 'aa=a', 'illegal base64 data at input byte 2'],
  ['base64', 'aaa=', '69a6'],
  ['ascii85', 'aGVsbG8/Pg==', 'c88b36b67714d49058'],
  ['ascii85', 'aaaaaa', 'illegal ascii85 data at input byte 1'],
  ['base64', '====', 'illegal base64 data at input byte 0'],
  ['ascii85', 'a', 'illegal ascii85 data at input byte 1'],
  ['hex', 'aaaa', 'aaaa'],
  ['base64rawurl', 'aGVsbG8_Pg==', 'illegal base64 data at input byte 10'],
  ['base64url', 'aa', 'unexpected EOF'],
  ['ascii85', 'aaaa=', 'c9800b1c'],
  ['hex', '68z', "encoding/hex: invalid byte: U+007A 'z'"],
  ['base64url', 'aaa\u00e9', 'illegal base64 data at input byte 3'],
  ['hex', '!!z', "encoding/hex: invalid byte: U+0021 '!'"],
  ['ascii85', 'aa=', 'c97c'],
  ['base64rawurl', 'aa==aaaa', 'illegal base64 data at input byte 2'],
  ['base64url', 'a', 'unexpected EOF'],
  ['hex', 'aa==', "encoding/hex: invalid byte: U+003D '='"],
  ['base64url', 'aa=\n=', '69'],
  ['base64', 'aaa\u00e9', 'illegal base64 data at input byte 3'],
  ['base64', 'aa', 'unexpected EOF'],
  ['base64rawurl', 'aa==', 'illegal base64 data at input byte 2'],
  ['base64rawurl', 'aaa\u00e9', 'illegal base64 data at input byte 3'],
  ['base64url', '!!!', 'unexpected EOF'],
  ['hex', 'aaaa====', "encoding/hex: invalid byte: U+003D '='"],
  ['hex', '686', 'unexpected EOF'],
  ['base64url', 'aaa!', 'illegal base64 data at input byte 3'],
  ['ascii85', '68z', 'illegal ascii85 data at input byte 2'],
  ['base64', 'aaaaaa', 'unexpected EOF'],
  ['base64rawurl', '====', 'illegal base64 data at input byte 0'],
  ['base64url', 'aGVsbG8/Pg==', 'illegal base64 data at input byte 7'],
  ['ascii85', '!!!!', '000000'],
  ['base64', 'aaaaa', 'unexpected EOF'],
  ['hex', 'aGVsbG8_Pg==', "encoding/hex: invalid byte: U+0047 'G'"],
  ['base64url', 'aaa', 'unexpected EOF'],
  ['hex', 'aaa\u00e9', "encoding/hex: invalid byte: U+00C3 '\u00c3'"],
  ['hex', '68', '68'],
  ['base64', 'aa==', '69'],
  ['ascii85', 'a b c d', 'c989a3'],
  ['hex', 'B', 'unexpected EOF'],
  ['ascii85', '!!!', '0000'],
  ['hex', '\n\n', 'encoding/hex: invalid byte: U+000A'],
  ['base64', 'aaaaa!', 'unexpected EOF'],
  ['hex', 'g6', "encoding/hex: invalid byte: U+0067 'g'"],
  ['ascii85', 'aaaa', 'c9800b'],
  ['ascii85', 'zz', '0000000000000000'],
  ['hex', 'aaaa=', "encoding/hex: invalid byte: U+003D '='"],
  ['base64url', 'aaaaaa', 'unexpected EOF'],
  ['base64url', 'aa==aaaa', 'illegal base64 data at input byte 4'],
  ['ascii85', 'aa==aaaa', 'c97c0748c980'],
  ['hex', 'BOu!rDZ', "encoding/hex: invalid byte: U+004F 'O'"],
  ['base64', 'aaa!', 'illegal base64 data at input byte 3'],
  ['base64url', 'aGVsbG8-Pg', 'unexpected EOF'],
  ['hex', 'aa=', "encoding/hex: invalid byte: U+003D '='"],
  ['base64rawurl', 'aaa!', 'illegal base64 data at input byte 3'],
  ['base64url', 'aGVsbG8_Pg==', '68656c6c6f3f3e'],
  ['base64url', '====', 'illegal base64 data at input byte 0'],
  ['hex', 'aa==aaaa', "encoding/hex: invalid byte: U+003D '='"],
  ['base64rawurl', 'aaa', '69a6'],
  ['ascii85', 'aaaa====', 'c9800b1c5828'],
  ['hex', 'aaaaa!', "encoding/hex: invalid byte: U+0021 '!'"],
  ['ascii85', 'aGVsbG8_Pg==', 'c88b36b6771a1f4058'],
  ['base64', 'a', 'unexpected EOF'],
  ['hex', 'aaaaaa', 'aaaaaa'],
  ['base64rawurl', 'aaaaa!', 'illegal base64 data at input byte 1'],
  ['base64rawurl', 'aaaaa', 'illegal base64 data at input byte 0'],
  ['z85', 'xK#0@zY<mxA+]nf', '68656c6c6f20776f726c6421'],
  ['z85', 'xK#0', 'z85: wrongly aligned input data'],
];

const NAMES = ['base64', 'base64url', 'base64rawurl', 'hex', 'ascii85', 'z85'];

describe('encodings of bytes', () => {
  it.each(DECODED)('reads %s %j', (name, text, result) => {
    const decoded = encodingArgument(name).decode(new TextEncoder().encode(text));
    expect(decoded.ok ? encodeHex(decoded.value) : decoded.message).toBe(result);
  });

  it.each(NAMES)('%s decodes what it encoded', (name) => {
    for (let length = 0; length <= 40; length += name === 'z85' ? 4 : 1) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 37) % 256);
      const { encode, decode } = encodingArgument(name);
      expect(decode(new TextEncoder().encode(encode(bytes)))).toEqual({ ok: true, value: bytes });
    }
  });
});
