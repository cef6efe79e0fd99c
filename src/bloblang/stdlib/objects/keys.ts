import { typeError } from '../../errors.ts';
import { isObject, sortedKeys } from '../../values.ts';
import { type Documentation, defineMethod } from '../definition.ts';

export const keys = defineMethod('keys', [], () => (receiver, scope) => {
  if (!isObject(receiver)) throw typeError('object', receiver);
  const keys = sortedKeys(receiver);
  scope.run.allocateEntries(keys.length);
  return keys;
});

export const documentation: Documentation = {
  definition: keys,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives the keys of an object, sorted.',
  examples: [{ mapping: 'root = this.keys()', input: '{"b":1,"a":2}', output: '["a","b"]' }],
};
