import type { MethodDefinition } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const flatten: MethodDefinition = {
  kind: 'method',
  name: 'flatten',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Puts the elements of arrays in an array in their place, one level deep.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const flat = arrayReceiver(receiver).flat(1);
    scope.run.allocateEntries(flat.length);
    return flat;
  },
  examples: [
    { mapping: 'root = this.v.flatten()', input: '{"v":["a",["b",["c"]]]}', output: '["a","b",["c"]]' },
  ],
};
