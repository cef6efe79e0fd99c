import { allocateEntries } from '../../runtime.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const append = defineMethod('append', 'variadic', (args) => {
  const added = args.rest();
  return (receiver, scope) => {
    const array = arrayReceiver(receiver);
    allocateEntries(scope, array.length + added.length);
    return [...array, ...added];
  };
});

export const documentation: Documentation = {
  definition: append,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives the array with the arguments added at its end.',
  examples: [
    { mapping: 'root = this.tags.append("new", 3)', input: '{"tags":["a"]}', output: '["a","new",3]' },
  ],
};
