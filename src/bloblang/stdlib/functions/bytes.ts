import { fail } from '../../errors.ts';
import type { FunctionDefinition } from '../definition.ts';

export const zeroBytes: FunctionDefinition = {
  kind: 'function',
  name: 'bytes',
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives an array of zero bytes.',
  parameters: [{ name: 'length', type: 'integer', description: 'How many.' }],
  prepare: (args) => {
    const length = args.integer('length');
    return (scope) => {
      if (length < 0) throw fail('length must not be negative');
      scope.run.allocateString(length);
      return new Uint8Array(length);
    };
  },
  examples: [{ mapping: 'root = bytes(3).length()', input: '{}', output: '3' }],
};
