import { equals } from '../../operations.ts';
import { anyValue, type Documentation, defineMethod } from '../definition.ts';
import { arrayReceiver } from '../receivers.ts';

export const find = defineMethod('find', [anyValue('value')], (args) => {
  const value = args.any(0);
  return (receiver, scope) =>
    arrayReceiver(receiver).findIndex((element) => equals(value, element, scope.run));
});

export const documentation: Documentation = {
  definition: find,
  tier: 'extended',
  status: 'beta',
  category: 'Object & Array Manipulation',
  description: 'Gives the index of the first element of an array that equals the argument, or -1.',
  parameters: { value: 'What to look for.' },
  examples: [{ mapping: 'root = this.v.find("bar")', input: '{"v":["foo","bar","bar"]}', output: '1' }],
};
