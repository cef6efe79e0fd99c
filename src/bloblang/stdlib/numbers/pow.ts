import { float } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { goPow } from '../kernels/go-math.ts';
import { floatReceiver } from '../receivers.ts';

export const pow: MethodDefinition = {
  kind: 'method',
  name: 'pow',
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Raises the number to a power.',
  parameters: [{ name: 'exponent', type: 'float', description: 'The power.' }],
  annotates: false,
  prepare: (args) => {
    const exponent = args.float('exponent');
    return (receiver) => float(goPow(floatReceiver(receiver), exponent));
  },
  examples: [{ mapping: 'root = this.v.pow(-2)', input: '{"v":2}', output: '0.25' }],
};
