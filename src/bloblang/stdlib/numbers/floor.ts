import { type Documentation, defineMethod } from '../definition.ts';
import { wholeNumber } from '../kernels/number-reductions.ts';
import { numberReceiver } from '../receivers.ts';

export const floor = defineMethod(
  'floor',
  [],
  () => (receiver) => wholeNumber(numberReceiver(receiver), Math.floor),
);

export const documentation: Documentation = {
  definition: floor,
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the largest whole number that is not above the number.',
  examples: [{ mapping: 'root = this.v.floor()', input: '{"v":5.7}', output: '5' }],
};
