import { int } from '../../values.ts';
import { anInteger, type Documentation, defineMethod } from '../definition.ts';
import { bitsOf } from '../kernels/number-reductions.ts';

export const bitwiseOr = defineMethod('bitwise_or', [anInteger('value')], (args) => {
  const value = args.int64(0);
  return (receiver) => int(bitsOf(receiver) | value);
});

export const documentation: Documentation = {
  definition: bitwiseOr,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the bits that are set in at least one of the numbers.',
  parameters: { value: 'The other number.' },
  examples: [{ mapping: 'root = this.v.bitwise_or(6)', input: '{"v":12}', output: '14' }],
};
