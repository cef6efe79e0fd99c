import type { MethodDefinition } from '../definition.ts';
import { wholeNumber } from '../kernels/number-reductions.ts';
import { numberReceiver } from '../receivers.ts';

export const floor: MethodDefinition = {
  kind: 'method',
  name: 'floor',
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the largest whole number that is not above the number.',
  parameters: [],
  prepare: () => (receiver) => wholeNumber(numberReceiver(receiver), Math.floor),
  examples: [{ mapping: 'root = this.v.floor()', input: '{"v":5.7}', output: '5' }],
};
