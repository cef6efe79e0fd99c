import { float } from '../../values.ts';
import { defineMethod } from '../definition.ts';
import { goPow } from '../kernels/go-math.ts';
import { floatReceiver } from '../receivers.ts';

export const pow = defineMethod({
  name: 'pow',
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Raises the number to a power.',
  parameters: [{ name: 'exponent', type: 'float', description: 'The power.' }],
  examples: [{ mapping: 'root = this.v.pow(-2)', input: '{"v":2}', output: '0.25' }],
  annotates: false,
  prepare: (args) => {
    const exponent = args.float(0);
    return (receiver) => float(goPow(floatReceiver(receiver), exponent));
  },
});
