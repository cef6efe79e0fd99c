import { fail } from '../../errors.ts';
import { allocateString } from '../../runtime.ts';
import { byteLength } from '../../values.ts';
import { anInteger, type Documentation, defineMethod } from '../definition.ts';
import { mapText } from '../receivers.ts';

export const repeat = defineMethod('repeat', [anInteger('count')], (args) => {
  const count = args.integer(0);
  if (count < 0) throw fail(`invalid count, must be greater than or equal to zero: ${count}`);
  return (receiver, scope) =>
    mapText(receiver, (text) => {
      allocateString(scope, byteLength(text) * count);
      return text.repeat(count);
    });
});

export const documentation: Documentation = {
  definition: repeat,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the text a number of times in a row.',
  parameters: { count: 'How many times.' },
  examples: [{ mapping: 'root = this.v.repeat(3)', input: '{"v":"ab"}', output: '"ababab"' }],
};
