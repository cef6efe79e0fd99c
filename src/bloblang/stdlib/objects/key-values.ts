import type { MethodDefinition } from '../definition.ts';
import { objectReceiver } from '../receivers.ts';

export const keyValues: MethodDefinition = {
  kind: 'method',
  name: 'key_values',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Gives an object with `key` and `value` for every entry of an object, in the order of the sorted keys.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const object = objectReceiver(receiver);
    const keys = scope.run.sortedKeysOf(object);
    scope.run.allocateEntries(keys.length);
    scope.run.allocate(keys.length * 64);
    return keys.map((key) => ({ key, value: object[key] ?? null }));
  },
  examples: [
    {
      mapping: 'root = this.key_values()',
      input: '{"b":1,"a":2}',
      output: '[{"key":"a","value":2},{"key":"b","value":1}]',
    },
  ],
};
