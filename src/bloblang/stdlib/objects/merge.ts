import { typeError } from '../../errors.ts';
import type { ClosureMethodDefinition } from '../definition.ts';
import { collectBoth, mergeInto } from '../kernels/deep-merge.ts';

export const merge: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'merge',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Joins two arrays, or merges two objects deeply; where both have a value that is no object, both go into an array.',
  parameters: [{ name: 'with', type: 'any', description: 'What to merge in.' }],
  prepare: (args, receiver) => {
    const source = args.any('with');
    return (scope) => {
      const target = receiver.evaluate(scope);
      const merged = mergeInto(scope, target, source, collectBoth);
      if (merged === undefined) throw typeError('object or array', target, receiver.annotation);
      return merged;
    };
  },
  examples: [
    {
      mapping: 'root = this.a.merge(this.b)',
      input: '{"a":{"n":1,"x":1},"b":{"n":2}}',
      output: '{"n":[1,2],"x":1}',
    },
    { mapping: 'root = this.a.merge(this.b)', input: '{"a":[1],"b":[2]}', output: '[1,2]' },
  ],
};
