import type { MethodDefinition } from '../definition.ts';
import { roundHalfAway, wholeNumber } from '../kernels/number-reductions.ts';
import { numberReceiver } from '../receivers.ts';

export const round: MethodDefinition = {
  kind: 'method',
  name: 'round',
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the nearest whole number; halves go away from zero.',
  parameters: [],
  prepare: () => (receiver) => wholeNumber(numberReceiver(receiver), roundHalfAway),
  examples: [
    { mapping: 'root = this.v.round()', input: '{"v":5.5}', output: '6' },
    { mapping: 'root = this.v.round()', input: '{"v":-2.5}', output: '-3' },
  ],
};
