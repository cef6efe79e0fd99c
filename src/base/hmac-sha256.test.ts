import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HmacSha256 } from './hmac-sha256.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('HMAC-SHA256', () => {
  // RFC 4231, sections 4.2 to 4.8 (4.6 truncates).
  it.each([
    [
      Buffer.alloc(20, 0x0b),
      Buffer.from('Hi There'),
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      Buffer.from('Jefe'),
      Buffer.from('what do ya want for nothing?'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      Buffer.alloc(20, 0xaa),
      Buffer.alloc(50, 0xdd),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      hex('0102030405060708090a0b0c0d0e0f10111213141516171819'),
      Buffer.alloc(50, 0xcd),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [
      Buffer.alloc(131, 0xaa),
      Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      Buffer.alloc(131, 0xaa),
      Buffer.from(
        'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
      ),
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ])('is that of the RFC (%#)', (key, message, expected) => {
    expect(new HmacSha256(key).digest('hex', message)).toBe(expected);
  });

  const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
  const part = fc.oneof(bytes(200), fc.string({ unit: 'binary', maxLength: 200 }));

  it('is that of OpenSSL, whatever the key and the parts, one message after another', () => {
    fc.assert(
      fc.property(
        fc.oneof(bytes(200), fc.string({ unit: 'binary' })),
        fc.array(fc.array(part, { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
        (key, messages) => {
          const hmac = new HmacSha256(key);
          for (const parts of messages) {
            const openSsl = createHmac('sha256', key);
            for (const each of parts) openSsl.update(each);
            expect(hmac.digest('base64', ...parts)).toBe(openSsl.digest('base64'));
          }
        },
      ),
    );
  });

  // Around the size up to which a message is copied, as bytes and as text that takes three bytes a character.
  it.each([21_823, 21_824, 21_825, 65_471, 65_472, 65_473, 1_000_000])(
    'is that of OpenSSL for %i',
    (length) => {
      const hmac = new HmacSha256('key');
      for (const message of [Buffer.alloc(length, 7), '\u20ac'.repeat(length), 'a'.repeat(length)]) {
        expect(hmac.digest('hex', 'id.', message)).toBe(
          createHmac('sha256', 'key').update('id.').update(message).digest('hex'),
        );
      }
    },
  );

  it('counts half a surrogate pair as what is sent in its place', () => {
    expect(new HmacSha256('key').digest('hex', '\ud83d')).toBe(
      createHmac('sha256', 'key').update('\ufffd').digest('hex'),
    );
  });
});
