import { equals } from '../../operations.ts';
import { anyValue, type Documentation, defineMethod } from '../definition.ts';
import { indexesWhere } from '../kernels/element-tests.ts';
import { arrayReceiver } from '../receivers.ts';

export const findAll = defineMethod('find_all', [anyValue('value')], (args) => {
  const value = args.any(0);
  return (receiver, scope) =>
    indexesWhere(scope, arrayReceiver(receiver), (element) => equals(value, element, scope.run));
});

export const documentation: Documentation = {
  definition: findAll,
  tier: 'extended',
  status: 'beta',
  category: 'Object & Array Manipulation',
  description: 'Gives the indexes of all elements of an array that equal the argument.',
  parameters: { value: 'What to look for.' },
  examples: [
    { mapping: 'root = this.v.find_all("bar")', input: '{"v":["foo","bar","bar"]}', output: '[1,2]' },
  ],
};
