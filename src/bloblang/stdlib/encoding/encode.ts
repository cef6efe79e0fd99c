import { allocateString } from '../../runtime.ts';
import { aString, type Documentation, defineMethod } from '../definition.ts';
import { encodingArgument } from '../kernels/byte-encodings.ts';
import { bytesReceiver } from '../receivers.ts';

export const encode = defineMethod('encode', [aString('scheme')], (args) => {
  const encoding = encodingArgument(args.string(0));
  return (receiver, scope) => {
    const bytes = bytesReceiver(receiver);
    allocateString(scope, bytes.length * 2);
    return encoding.encode(bytes);
  };
});

export const documentation: Documentation = {
  definition: encode,
  tier: 'core',
  status: 'stable',
  category: 'Encoding and Encryption',
  description: 'Writes bytes as text: `base64`, `base64url`, `base64rawurl`, `hex`, `ascii85` or `z85`.',
  parameters: { scheme: 'Which of them.' },
  examples: [{ mapping: 'root = this.v.encode("hex")', input: '{"v":"hello"}', output: '"68656c6c6f"' }],
};
