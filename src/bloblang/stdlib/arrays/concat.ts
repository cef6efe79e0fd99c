import type { MethodDefinition } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const concat: MethodDefinition = {
  kind: 'method',
  name: 'concat',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Joins an array with the arrays given.',
  parameters: 'variadic',
  annotates: false,
  prepare: (args) => {
    const arrays = args.rest().map(arrayReceiver);
    return (receiver, scope) => {
      const all = [arrayReceiver(receiver), ...arrays];
      scope.run.allocateEntries(all.reduce((total, array) => total + array.length, 0));
      return all.flat(1);
    };
  },
  examples: [
    { mapping: 'root = this.a.concat(this.b, [5])', input: '{"a":[1],"b":[2,3]}', output: '[1,2,3,5]' },
  ],
};
