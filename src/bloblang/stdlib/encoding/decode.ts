import { fail } from '../../errors.ts';
import type { MethodDefinition } from '../definition.ts';
import { encodingArgument } from '../kernels/byte-encodings.ts';
import { bytesReceiver } from '../receivers.ts';

export const decode: MethodDefinition = {
  kind: 'method',
  name: 'decode',
  tier: 'core',
  status: 'stable',
  category: 'Encoding and Encryption',
  description: 'Reads bytes out of text in `base64`, `base64url`, `base64rawurl`, `hex`, `ascii85` or `z85`.',
  parameters: [{ name: 'scheme', type: 'string', description: 'Which of them.' }],
  prepare: (args) => {
    const encoding = encodingArgument(args.string('scheme'));
    return (receiver, scope) => {
      const bytes = bytesReceiver(receiver);
      scope.run.allocateString(encoding.sizeMax?.(bytes) ?? bytes.length);
      scope.run.step(bytes.length >> 4);
      const decoded = encoding.decode(bytes);
      if (!decoded.ok) throw fail(decoded.message);
      return decoded.value;
    };
  },
  examples: [
    { mapping: 'root = this.v.decode("hex").string()', input: '{"v":"68656c6c6f"}', output: '"hello"' },
  ],
};
