import { allocateEntries } from '../../runtime.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const flatten = defineMethod('flatten', [], () => (receiver, scope) => {
  const flat = arrayReceiver(receiver).flat(1);
  allocateEntries(scope, flat.length);
  return flat;
});

export const documentation: Documentation = {
  definition: flatten,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Puts the elements of arrays in an array in their place, one level deep.',
  examples: [
    { mapping: 'root = this.v.flatten()', input: '{"v":["a",["b",["c"]]]}', output: '["a","b",["c"]]' },
  ],
};
