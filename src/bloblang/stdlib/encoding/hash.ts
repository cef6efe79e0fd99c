import type { MethodDefinition } from '../definition.ts';
import { hashFunction } from '../kernels/hash-algorithms.ts';
import { bytesReceiver } from '../receivers.ts';

/** Hashing takes several times as long as copying. */
const COST = 8;
/** Setting up and finalising a hash takes some microseconds. */
const STEPS_OF_A_CALL = 6;

export const hash: MethodDefinition = {
  kind: 'method',
  name: 'hash',
  tier: 'core',
  status: 'stable',
  category: 'Encoding and Encryption',
  description:
    'Hashes bytes: `md5`, `sha1`, `sha256`, `sha512`, `sha3_256`, `sha3_512`, `crc32`, `fnv32`, `xxhash64`, and with a key `hmac_sha1`, `hmac_sha256`, `hmac_sha512`.',
  parameters: [
    { name: 'algorithm', type: 'string', description: 'Which of them.' },
    { name: 'key', type: 'bytes', optional: true, description: 'The key of an HMAC.' },
    {
      name: 'polynomial',
      type: 'string',
      default: 'IEEE',
      description: 'For `crc32`: `IEEE`, `Castagnoli` or `Koopman`.',
    },
  ],
  prepare: (args) => {
    const hash = hashFunction(
      args.string('algorithm'),
      args.has('key') ? args.bytes('key') : new Uint8Array(),
      args.string('polynomial'),
    );
    return (receiver, scope) => {
      const bytes = bytesReceiver(receiver);
      scope.run.step(STEPS_OF_A_CALL);
      scope.run.stepBytes(bytes.length * COST);
      return hash(bytes);
    };
  },
  examples: [
    {
      mapping: 'root = this.v.hash("sha1").encode("hex")',
      input: '{"v":"hello world"}',
      output: '"2aae6c35c94fcfb415dbe95f408b9ce91ee846ed"',
    },
    {
      mapping: 'root = this.v.hash("crc32", "", "Castagnoli").encode("hex")',
      input: '{"v":"hello world"}',
      output: '"c99465aa"',
    },
  ],
};
