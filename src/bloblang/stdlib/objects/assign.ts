import { typeError } from '../../errors.ts';
import { anyValue, type Documentation, defineClosureMethod } from '../definition.ts';
import { mergeInto, takeIncoming } from '../kernels/deep-merge.ts';

export const assignFrom = defineClosureMethod('assign', [anyValue('with')], (args, receiver) => {
  const source = args.any(0);
  return (scope) => {
    const target = receiver.evaluate(scope);
    const merged = mergeInto(scope, target, source, takeIncoming);
    if (merged === undefined) throw typeError('object or array', target, receiver.annotation);
    return merged;
  };
});

export const documentation: Documentation = {
  definition: assignFrom,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    "Joins two arrays, or merges two objects deeply; where both have a value, the argument's wins.",
  parameters: { with: 'What to merge in.' },
  examples: [
    {
      mapping: 'root = this.a.assign(this.b)',
      input: '{"a":{"n":1,"x":1},"b":{"n":2}}',
      output: '{"n":2,"x":1}',
    },
  ],
};
