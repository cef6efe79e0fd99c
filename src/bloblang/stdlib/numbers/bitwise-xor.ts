import { int } from '../../values.ts';
import { anInteger, type Documentation, defineMethod } from '../definition.ts';
import { bitsOf } from '../kernels/number-reductions.ts';

export const bitwiseXor = defineMethod('bitwise_xor', [anInteger('value')], (args) => {
  const value = args.int64(0);
  return (receiver) => int(bitsOf(receiver) ^ value);
});

export const documentation: Documentation = {
  definition: bitwiseXor,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the bits that are set in one of the numbers only.',
  parameters: { value: 'The other number.' },
  examples: [{ mapping: 'root = this.v.bitwise_xor(6)', input: '{"v":12}', output: '10' }],
};
