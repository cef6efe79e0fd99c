import type { Example, MethodDefinition } from '../definition.ts';
import { aesCipher, type Direction } from '../kernels/aes.ts';
import { bytesReceiver } from '../receivers.ts';

/** A cipher in JavaScript takes about ten times as long as copying. */
const COST = 10;

const KEY_AND_IV =
  'let key = "2b7e151628aed2a6abf7158809cf4f3c".decode("hex")\nlet iv = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff".decode("hex")';

interface Row {
  readonly direction: Direction;
  readonly verb: string;
  readonly example: Example;
}

const ROWS: readonly Row[] = [
  {
    direction: 'encrypt',
    verb: 'Encrypts',
    example: {
      mapping: `${KEY_AND_IV}\nroot = this.v.encrypt_aes("ctr", $key, $iv).encode("hex")`,
      input: '{"v":"hello world!"}',
      output: '"84e9b31ff7400bdf80be7254"',
    },
  },
  {
    direction: 'decrypt',
    verb: 'Decrypts',
    example: {
      mapping: `${KEY_AND_IV}\nroot = this.v.decode("hex").decrypt_aes("ctr", $key, $iv).string()`,
      input: '{"v":"84e9b31ff7400bdf80be7254"}',
      output: '"hello world!"',
    },
  },
];

export const aes: readonly MethodDefinition[] = ROWS.map(({ direction, verb, example }) => ({
  kind: 'method',
  name: `${direction}_aes`,
  tier: 'extended',
  status: 'stable',
  category: 'Encoding and Encryption',
  description: `${verb} bytes with AES in the mode \`ctr\`, \`gcm\`, \`ofb\` or \`cbc\`.`,
  parameters: [
    { name: 'scheme', type: 'string', description: 'The mode.' },
    { name: 'key', type: 'bytes', description: 'The key, 16, 24 or 32 bytes.' },
    { name: 'iv', type: 'bytes', description: 'The initialization vector: 16 bytes, for `gcm` 12.' },
  ],
  prepare: (args) => {
    const cipher = aesCipher(args.string('scheme'), args.bytes('key'), args.bytes('iv'), direction);
    return (receiver, scope) => {
      const bytes = bytesReceiver(receiver);
      scope.run.allocateString(bytes.length);
      scope.run.stepBytes(bytes.length * COST);
      return cipher(bytes);
    };
  },
  examples: [example],
}));
