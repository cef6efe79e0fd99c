import { float } from '../../values.ts';
import { type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { goSin } from '../kernels/go-math.ts';
import { floatReceiver } from '../receivers.ts';

export const sin = defineMethod('sin', [], () => (receiver) => float(goSin(floatReceiver(receiver))), {
  ...PLUGIN,
});

export const documentation: Documentation = {
  definition: sin,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the sine of an angle in radians.',
  examples: [{ mapping: 'root = this.v.sin()', input: '{"v":0}', output: '0' }],
};
