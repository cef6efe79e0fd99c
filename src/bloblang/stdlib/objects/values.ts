import type { MethodDefinition } from '../definition.ts';
import { objectReceiver } from '../receivers.ts';

export const values: MethodDefinition = {
  kind: 'method',
  name: 'values',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives the values of an object, in the order of its sorted keys.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const object = objectReceiver(receiver);
    const keys = scope.run.sortedKeysOf(object);
    scope.run.allocateEntries(keys.length);
    return keys.map((key) => object[key] ?? null);
  },
  examples: [{ mapping: 'root = this.values()', input: '{"b":1,"a":2}', output: '[2,1]' }],
};
