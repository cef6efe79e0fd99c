import { isObject, type ObjectValue } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { collectBoth, mergeObjects } from '../kernels/deep-merge.ts';
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
    let merged: ObjectValue = {};
    for (const element of arrayReceiver(receiver)) {
      if (isObject(element)) merged = mergeObjects(scope, merged, element, collectBoth);
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
