import { stepBytes } from '../../runtime.ts';
import { aString, type Documentation, defineMethod } from '../definition.ts';
import { byteIndexOf } from '../kernels/text-pieces.ts';
import { plainText } from '../receivers.ts';

export const indexOf = defineMethod('index_of', [aString('value')], (args) => {
  const part = args.string(0);
  return (receiver, scope) => {
    const text = plainText(receiver);
    stepBytes(scope, text.length);
    return byteIndexOf(text, part);
  };
});

export const documentation: Documentation = {
  definition: indexOf,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description:
    'Gives the position, in bytes, of the first place where the argument stands in the text, or -1.',
  parameters: { value: 'The text to look for.' },
  examples: [
    { mapping: 'root = this.v.index_of("bar")', input: '{"v":"foobar"}', output: '3' },
    { mapping: 'root = this.v.index_of("x")', input: '{"v":"foobar"}', output: '-1' },
  ],
};
