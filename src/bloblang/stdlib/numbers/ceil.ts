import { type Documentation, defineMethod } from '../definition.ts';
import { wholeNumber } from '../kernels/number-reductions.ts';
import { numberReceiver } from '../receivers.ts';

export const ceil = defineMethod(
  'ceil',
  [],
  () => (receiver) => wholeNumber(numberReceiver(receiver), Math.ceil),
);

export const documentation: Documentation = {
  definition: ceil,
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the smallest whole number that is not below the number.',
  examples: [{ mapping: 'root = this.v.ceil()', input: '{"v":5.3}', output: '6' }],
};
