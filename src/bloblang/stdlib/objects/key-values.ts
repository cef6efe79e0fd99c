import { typeError } from '../../errors.ts';
import { isObject, sortedKeys } from '../../values.ts';
import { defineMethod } from '../definition.ts';

export const keyValues = defineMethod({
  name: 'key_values',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Gives an object with `key` and `value` for every entry of an object, in the order of the sorted keys.',
  parameters: [],
  examples: [
    {
      mapping: 'root = this.key_values()',
      input: '{"b":1,"a":2}',
      output: '[{"key":"a","value":2},{"key":"b","value":1}]',
    },
  ],
  prepare: () => (receiver, scope) => {
    if (!isObject(receiver)) throw typeError('object', receiver);
    const keys = sortedKeys(receiver);
    scope.run.allocateEntries(keys.length * 2);
    return keys.map((key) => ({ key, value: receiver[key] ?? null }));
  },
});
