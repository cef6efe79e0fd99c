import { typeError } from '../../errors.ts';
import { isObject, sortedKeys } from '../../values.ts';
import { type Documentation, defineMethod } from '../definition.ts';

export const values = defineMethod('values', [], () => (receiver, scope) => {
  if (!isObject(receiver)) throw typeError('object', receiver);
  const keys = sortedKeys(receiver);
  scope.run.allocateEntries(keys.length);
  return keys.map((key) => receiver[key] ?? null);
});

export const documentation: Documentation = {
  definition: values,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives the values of an object, in the order of its sorted keys.',
  examples: [{ mapping: 'root = this.values()', input: '{"b":1,"a":2}', output: '[2,1]' }],
};
