import { float } from '../../values.ts';
import { aFloat, type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { goPow } from '../kernels/go-math.ts';
import { floatReceiver } from '../receivers.ts';

export const pow = defineMethod(
  'pow',
  [aFloat('exponent')],
  (args) => {
    const exponent = args.float(0);
    return (receiver) => float(goPow(floatReceiver(receiver), exponent));
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: pow,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Raises the number to a power.',
  parameters: { exponent: 'The power.' },
  examples: [{ mapping: 'root = this.v.pow(-2)', input: '{"v":2}', output: '0.25' }],
};
