import type { MethodDefinition } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const append: MethodDefinition = {
  kind: 'method',
  name: 'append',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives the array with the arguments added at its end.',
  parameters: 'variadic',
  prepare: (args) => {
    const added = args.rest();
    return (receiver, scope) => {
      const array = arrayReceiver(receiver);
      scope.run.allocateEntries(array.length + added.length);
      return [...array, ...added];
    };
  },
  examples: [
    { mapping: 'root = this.tags.append("new", 3)', input: '{"tags":["a"]}', output: '["a","new",3]' },
  ],
};
