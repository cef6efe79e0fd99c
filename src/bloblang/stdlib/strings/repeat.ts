import { fail } from '../../errors.ts';
import { byteLength } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { mapText } from '../receivers.ts';

export const repeat: MethodDefinition = {
  kind: 'method',
  name: 'repeat',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the text a number of times in a row.',
  parameters: [{ name: 'count', type: 'integer', description: 'How many times.' }],
  prepare: (args) => {
    const count = args.integer('count');
    if (count < 0) throw fail(`invalid count, must be greater than or equal to zero: ${count}`);
    return (receiver, scope) =>
      mapText(receiver, (text) => {
        scope.run.allocateString(byteLength(text) * count);
        return text.repeat(count);
      });
  },
  examples: [{ mapping: 'root = this.v.repeat(3)', input: '{"v":"ab"}', output: '"ababab"' }],
};
