import type { MethodDefinition } from '../definition.ts';
import { objectReceiver } from '../receivers.ts';

export const keys: MethodDefinition = {
  kind: 'method',
  name: 'keys',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives the keys of an object, sorted.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const object = objectReceiver(receiver);
    const keys = scope.run.sortedKeysOf(object);
    scope.run.allocateEntries(keys.length);
    return keys;
  },
  examples: [{ mapping: 'root = this.keys()', input: '{"b":1,"a":2}', output: '["a","b"]' }],
};
