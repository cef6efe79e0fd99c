import { isObject, type ObjectBuilder } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { collectBoth, mergeOnto } from '../kernels/deep-merge.ts';
import { arrayReceiver } from '../receivers.ts';

export const squash: MethodDefinition = {
  kind: 'method',
  name: 'squash',
  tier: 'extended',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Merges the objects of an array into one, as `merge` does.',
  parameters: [],
  annotates: false,
  prepare: () => (receiver, scope) => {
    const merged: ObjectBuilder = {};
    const elements = arrayReceiver(receiver);
    scope.run.step(elements.length >> 4);
    for (const element of elements) {
      if (isObject(element)) mergeOnto(scope, merged, element, collectBoth);
    }
    return merged;
  },
  examples: [
    {
      mapping: 'root = this.v.squash()',
      input: '{"v":[{"a":1},{"a":2},{"b":3}]}',
      output: '{"a":[1,2],"b":3}',
    },
  ],
};
