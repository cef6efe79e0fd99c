import { typeError } from '../../errors.ts';
import { isObject, sortedKeys } from '../../values.ts';
import { type Documentation, defineMethod } from '../definition.ts';

export const keyValues = defineMethod('key_values', [], () => (receiver, scope) => {
  if (!isObject(receiver)) throw typeError('object', receiver);
  const keys = sortedKeys(receiver);
  scope.run.allocateEntries(keys.length * 2);
  return keys.map((key) => ({ key, value: receiver[key] ?? null }));
});

export const documentation: Documentation = {
  definition: keyValues,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Gives an object with `key` and `value` for every entry of an object, in the order of the sorted keys.',
  examples: [
    {
      mapping: 'root = this.key_values()',
      input: '{"b":1,"a":2}',
      output: '[{"key":"a","value":2},{"key":"b","value":1}]',
    },
  ],
};
