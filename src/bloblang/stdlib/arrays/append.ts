import { typeError } from '../../errors.ts';
import { isArray } from '../../values.ts';
import { type Documentation, defineMethod } from '../definition.ts';

export const append = defineMethod('append', 'variadic', (args) => {
  const added = args.rest();
  return (receiver, scope) => {
    if (!isArray(receiver)) throw typeError('array', receiver);
    scope.run.allocateEntries(receiver.length + added.length);
    return [...receiver, ...added];
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
