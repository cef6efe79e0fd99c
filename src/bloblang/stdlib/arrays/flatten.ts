import { isArray } from '../../values.ts';
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
    const array = arrayReceiver(receiver);
    scope.run.step(array.length >> 4);
    scope.run.allocateEntries(array.reduce<number>((n, part) => n + (isArray(part) ? part.length : 1), 0));
    return array.flat(1);
  },
  examples: [
    { mapping: 'root = this.v.flatten()', input: '{"v":["a",["b",["c"]]]}', output: '["a","b",["c"]]' },
  ],
};
