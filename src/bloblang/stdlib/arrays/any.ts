import { aQuery, type Documentation, defineMethod } from '../definition.ts';
import { testElement } from '../kernels/element-tests.ts';
import { arrayReceiver } from '../receivers.ts';

export const anyElement = defineMethod('any', [aQuery('test')], (args) => {
  const test = args.query(0);
  return (receiver, scope) =>
    arrayReceiver(receiver).some((element, index) => testElement(test, scope, element, index));
});

export const documentation: Documentation = {
  definition: anyElement,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Tells whether the query is true for an element of an array.',
  parameters: { test: 'Evaluated with each element as `this`; has to give a bool.' },
  examples: [{ mapping: 'root = this.v.any(n -> n > 2)', input: '{"v":[1,4]}', output: 'true' }],
};
