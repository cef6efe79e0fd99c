import { typeError } from '../../errors.ts';
import type { ClosureMethodDefinition } from '../definition.ts';
import { mergeInto, takeIncoming } from '../kernels/deep-merge.ts';

export const assignFrom: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'assign',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    "Joins two arrays, or merges two objects deeply; where both have a value, the argument's wins.",
  parameters: [{ name: 'with', type: 'any', description: 'What to merge in.' }],
  prepare: (args, receiver) => {
    const source = args.any('with');
    return (scope) => {
      const target = receiver.evaluate(scope);
      const merged = mergeInto(scope, target, source, takeIncoming);
      if (merged === undefined) throw typeError('object or array', target, receiver.annotation);
      return merged;
    };
  },
  examples: [
    {
      mapping: 'root = this.a.assign(this.b)',
      input: '{"a":{"n":1,"x":1},"b":{"n":2}}',
      output: '{"n":2,"x":1}',
    },
  ],
};
