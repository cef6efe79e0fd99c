import type { MethodDefinition } from '../definition.ts';
import { wholeNumber } from '../kernels/number-reductions.ts';
import { numberReceiver } from '../receivers.ts';

export const ceil: MethodDefinition = {
  kind: 'method',
  name: 'ceil',
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the smallest whole number that is not below the number.',
  parameters: [],
  prepare: () => (receiver) => wholeNumber(numberReceiver(receiver), Math.ceil),
  examples: [{ mapping: 'root = this.v.ceil()', input: '{"v":5.3}', output: '6' }],
};
