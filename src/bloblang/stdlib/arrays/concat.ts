import { allocateEntries } from '../../runtime.ts';
import { type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const concat = defineMethod(
  'concat',
  'variadic',
  (args) => {
    const arrays = args.rest().map(arrayReceiver);
    return (receiver, scope) => {
      const all = [arrayReceiver(receiver), ...arrays];
      allocateEntries(
        scope,
        all.reduce((total, array) => total + array.length, 0),
      );
      return all.flat(1);
    };
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: concat,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Joins an array with the arrays given.',
  examples: [
    { mapping: 'root = this.a.concat(this.b, [5])', input: '{"a":[1],"b":[2,3]}', output: '[1,2,3,5]' },
  ],
};
