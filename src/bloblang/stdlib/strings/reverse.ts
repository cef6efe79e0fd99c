import { typeError } from '../../errors.ts';
import { isBytes } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';

export const reverse: MethodDefinition = {
  kind: 'method',
  name: 'reverse',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the characters of the text, or the bytes of a byte array, in reverse order.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    if (typeof receiver === 'string') {
      scope.run.allocatePieces(receiver.length);
      scope.run.allocateString(receiver.length);
      return [...receiver].reverse().join('');
    }
    if (isBytes(receiver)) {
      scope.run.allocateString(receiver.length);
      return receiver.toReversed();
    }
    throw typeError('string', receiver);
  },
  examples: [{ mapping: 'root = this.v.reverse()', input: '{"v":"backwards"}', output: '"sdrawkcab"' }],
};
