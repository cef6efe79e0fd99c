import { float } from '../../values.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { goLog10 } from '../kernels/go-math.ts';
import { floatReceiver } from '../receivers.ts';

export const log10 = defineMethod('log10', [], () => (receiver) => float(goLog10(floatReceiver(receiver))));

export const documentation: Documentation = {
  definition: log10,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the logarithm to base 10.',
  examples: [{ mapping: 'root = this.v.log10()', input: '{"v":100}', output: '2' }],
};
