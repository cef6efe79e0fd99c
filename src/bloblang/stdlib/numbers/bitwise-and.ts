import { int } from '../../values.ts';
import { anInteger, type Documentation, defineMethod } from '../definition.ts';
import { bitsOf } from '../kernels/number-reductions.ts';

export const bitwiseAnd = defineMethod('bitwise_and', [anInteger('value')], (args) => {
  const value = args.int64(0);
  return (receiver) => int(bitsOf(receiver) & value);
});

export const documentation: Documentation = {
  definition: bitwiseAnd,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the bits that are set in both numbers.',
  parameters: { value: 'The other number.' },
  examples: [{ mapping: 'root = this.v.bitwise_and(6)', input: '{"v":12}', output: '4' }],
};
