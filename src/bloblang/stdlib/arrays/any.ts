import type { MethodDefinition } from '../definition.ts';
import { testElement } from '../kernels/element-tests.ts';
import { arrayReceiver } from '../receivers.ts';

export const anyElement: MethodDefinition = {
  kind: 'method',
  name: 'any',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Tells whether the query is true for an element of an array.',
  parameters: [
    {
      name: 'test',
      type: 'query',
      description: 'Evaluated with each element as `this`; has to give a bool.',
    },
  ],
  prepare: (args) => {
    const test = args.query('test');
    return (receiver, scope) =>
      arrayReceiver(receiver).some((element, index) => testElement(test, scope, element, index));
  },
  examples: [{ mapping: 'root = this.v.any(n -> n > 2)', input: '{"v":[1,4]}', output: 'true' }],
};
