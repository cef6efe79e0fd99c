import { fail } from '../../errors.ts';
import { defineFunction } from '../definition.ts';

export const zeroBytes = defineFunction({
  name: 'bytes',
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives an array of zero bytes.',
  parameters: [{ name: 'length', type: 'integer', description: 'How many.' }],
  examples: [{ mapping: 'root = bytes(3).length()', input: '{}', output: '3' }],
  prepare: (args) => {
    const length = args.integer(0);
    return (scope) => {
      if (length < 0) throw fail('length must not be negative');
      scope.run.allocateString(length);
      return new Uint8Array(length);
    };
  },
});
