import { type Documentation, defineMethod } from '../definition.ts';
import { roundHalfAway, wholeNumber } from '../kernels/number-reductions.ts';
import { numberReceiver } from '../receivers.ts';

export const round = defineMethod(
  'round',
  [],
  () => (receiver) => wholeNumber(numberReceiver(receiver), roundHalfAway),
);

export const documentation: Documentation = {
  definition: round,
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the nearest whole number; halves go away from zero.',
  examples: [
    { mapping: 'root = this.v.round()', input: '{"v":5.5}', output: '6' },
    { mapping: 'root = this.v.round()', input: '{"v":-2.5}', output: '-3' },
  ],
};
