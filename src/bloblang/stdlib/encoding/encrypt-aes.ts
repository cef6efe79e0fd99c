import { allocateString, stepBytes } from '../../runtime.ts';
import { aString, type Documentation, defineMethod, someBytes } from '../definition.ts';
import { aesCipher } from '../kernels/aes.ts';
import { bytesReceiver } from '../receivers.ts';

/** Ciphers in JavaScript take some ten times as long as copying. */
const COST = 10;

export const encryptAes = defineMethod(
  'encrypt_aes',
  [aString('scheme'), someBytes('key'), someBytes('iv')],
  (args) => {
    const cipher = aesCipher(args.string(0), args.bytes(1), args.bytes(2), 'encrypt');
    return (receiver, scope) => {
      const bytes = bytesReceiver(receiver);
      allocateString(scope, bytes.length);
      stepBytes(scope, bytes.length * COST);
      return cipher(bytes);
    };
  },
);

export const documentation: Documentation = {
  definition: encryptAes,
  tier: 'extended',
  status: 'stable',
  category: 'Encoding and Encryption',
  description: 'Encrypts bytes with AES in the mode `ctr`, `gcm`, `ofb` or `cbc`.',
  parameters: {
    scheme: 'The mode.',
    key: 'The key, 16, 24 or 32 bytes.',
    iv: 'The initialization vector: 16 bytes, for `gcm` 12.',
  },
  examples: [
    {
      mapping:
        'let key = "2b7e151628aed2a6abf7158809cf4f3c".decode("hex")\nlet iv = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff".decode("hex")\nroot = this.v.encrypt_aes("ctr", $key, $iv).encode("hex")',
      input: '{"v":"hello world!"}',
      output: '"84e9b31ff7400bdf80be7254"',
    },
  ],
};
