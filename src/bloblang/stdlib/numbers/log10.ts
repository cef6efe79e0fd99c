import { float } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { goLog10 } from '../kernels/go-math.ts';
import { floatReceiver } from '../receivers.ts';

export const log10: MethodDefinition = {
  kind: 'method',
  name: 'log10',
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the logarithm to base 10.',
  parameters: [],
  prepare: () => (receiver) => float(goLog10(floatReceiver(receiver))),
  examples: [{ mapping: 'root = this.v.log10()', input: '{"v":100}', output: '2' }],
};
