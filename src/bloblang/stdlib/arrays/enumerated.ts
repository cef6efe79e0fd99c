import type { MethodDefinition } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const enumerated: MethodDefinition = {
  kind: 'method',
  name: 'enumerated',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives an object with `index` and `value` for every element of an array.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const elements = arrayReceiver(receiver);
    scope.run.allocateEntries(elements.length * 2);
    return elements.map((value, index) => ({ index, value }));
  },
  examples: [
    {
      mapping: 'root = this.v.enumerated()',
      input: '{"v":["a","b"]}',
      output: '[{"index":0,"value":"a"},{"index":1,"value":"b"}]',
    },
  ],
};
