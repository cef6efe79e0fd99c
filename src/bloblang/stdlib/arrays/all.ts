import type { MethodDefinition } from '../definition.ts';
import { testElement } from '../kernels/element-tests.ts';
import { arrayReceiver } from '../receivers.ts';

export const all: MethodDefinition = {
  kind: 'method',
  name: 'all',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Tells whether the query is true for every element of an array; false for an empty one.',
  parameters: [
    {
      name: 'test',
      type: 'query',
      description: 'Evaluated with each element as `this`; has to give a bool.',
    },
  ],
  prepare: (args) => {
    const test = args.query('test');
    return (receiver, scope) => {
      const elements = arrayReceiver(receiver);
      return (
        elements.length > 0 && elements.every((element, index) => testElement(test, scope, element, index))
      );
    };
  },
  examples: [{ mapping: 'root = this.v.all(n -> n > 2)', input: '{"v":[3,4]}', output: 'true' }],
};
