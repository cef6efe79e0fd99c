import { equals } from '../../operations.ts';
import type { MethodDefinition } from '../definition.ts';
import { indexesWhere } from '../kernels/element-tests.ts';
import { arrayReceiver } from '../receivers.ts';

export const findAll: MethodDefinition = {
  kind: 'method',
  name: 'find_all',
  tier: 'extended',
  status: 'beta',
  category: 'Object & Array Manipulation',
  description: 'Gives the indexes of all elements of an array that equal the argument.',
  parameters: [{ name: 'value', type: 'any', description: 'What to look for.' }],
  prepare: (args) => {
    const value = args.any('value');
    return (receiver, scope) =>
      indexesWhere(scope, arrayReceiver(receiver), (element) => equals(value, element, scope.run));
  },
  examples: [
    { mapping: 'root = this.v.find_all("bar")', input: '{"v":["foo","bar","bar"]}', output: '[1,2]' },
  ],
};
