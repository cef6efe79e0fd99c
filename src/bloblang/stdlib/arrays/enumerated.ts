import { allocateEntries } from '../../runtime.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const enumerated = defineMethod('enumerated', [], () => (receiver, scope) => {
  const elements = arrayReceiver(receiver);
  allocateEntries(scope, elements.length * 2);
  return elements.map((value, index) => ({ index, value }));
});

export const documentation: Documentation = {
  definition: enumerated,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives an object with `index` and `value` for every element of an array.',
  examples: [
    {
      mapping: 'root = this.v.enumerated()',
      input: '{"v":["a","b"]}',
      output: '[{"index":0,"value":"a"},{"index":1,"value":"b"}]',
    },
  ],
};
