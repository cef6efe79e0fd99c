import { fail } from '../../errors.ts';
import { allocateString } from '../../runtime.ts';
import { anInteger, type Documentation, defineFunction } from '../definition.ts';

export const zeroBytes = defineFunction('bytes', [anInteger('length')], (args) => {
  const length = args.integer(0);
  return (scope) => {
    if (length < 0) throw fail('length must not be negative');
    allocateString(scope, length);
    return new Uint8Array(length);
  };
});

export const documentation: Documentation = {
  definition: zeroBytes,
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives an array of zero bytes.',
  parameters: { length: 'How many.' },
  examples: [{ mapping: 'root = bytes(3).length()', input: '{}', output: '3' }],
};
