import { byteLength } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { placeOf } from '../kernels/text-search.ts';
import { plainText } from '../receivers.ts';

export const indexOf: MethodDefinition = {
  kind: 'method',
  name: 'index_of',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description:
    'Gives the position, in bytes, of the first place where the argument stands in the text, or -1.',
  parameters: [{ name: 'value', type: 'string', description: 'The text to look for.' }],
  prepare: (args) => {
    const part = args.string('value');
    return (receiver, scope) => {
      const text = plainText(receiver);
      const index = placeOf(scope.run, text, part);
      return index <= 0 ? index : byteLength(text.slice(0, index));
    };
  },
  examples: [
    { mapping: 'root = this.v.index_of("bar")', input: '{"v":"foobar"}', output: '3' },
    { mapping: 'root = this.v.index_of("x")', input: '{"v":"foobar"}', output: '-1' },
  ],
};
