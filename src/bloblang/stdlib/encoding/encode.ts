import type { MethodDefinition } from '../definition.ts';
import { encodingArgument } from '../kernels/byte-encodings.ts';
import { bytesReceiver } from '../receivers.ts';

export const encode: MethodDefinition = {
  kind: 'method',
  name: 'encode',
  tier: 'core',
  status: 'stable',
  category: 'Encoding and Encryption',
  description: 'Writes bytes as text: `base64`, `base64url`, `base64rawurl`, `hex`, `ascii85` or `z85`.',
  parameters: [{ name: 'scheme', type: 'string', description: 'Which of them.' }],
  prepare: (args) => {
    const encoding = encodingArgument(args.string('scheme'));
    return (receiver, scope) => {
      const bytes = bytesReceiver(receiver);
      scope.run.allocateString(bytes.length * 2);
      scope.run.reads(bytes.length * 2);
      return encoding.encode(bytes);
    };
  },
  examples: [{ mapping: 'root = this.v.encode("hex")', input: '{"v":"hello"}', output: '"68656c6c6f"' }],
};
