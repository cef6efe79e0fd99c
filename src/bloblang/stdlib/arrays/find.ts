import { equals } from '../../operations.ts';
import type { MethodDefinition } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const find: MethodDefinition = {
  kind: 'method',
  name: 'find',
  tier: 'extended',
  status: 'beta',
  category: 'Object & Array Manipulation',
  description: 'Gives the index of the first element of an array that equals the argument, or -1.',
  parameters: [{ name: 'value', type: 'any', description: 'What to look for.' }],
  prepare: (args) => {
    const value = args.any('value');
    return (receiver, scope) =>
      arrayReceiver(receiver).findIndex((element) => equals(value, element, scope.run));
  },
  examples: [{ mapping: 'root = this.v.find("bar")', input: '{"v":["foo","bar","bar"]}', output: '1' }],
};
