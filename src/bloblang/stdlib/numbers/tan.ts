import { float } from '../../values.ts';
import { type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { goTan } from '../kernels/go-math.ts';
import { floatReceiver } from '../receivers.ts';

export const tan = defineMethod('tan', [], () => (receiver) => float(goTan(floatReceiver(receiver))), {
  ...PLUGIN,
});

export const documentation: Documentation = {
  definition: tan,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the tangent of an angle in radians.',
  examples: [{ mapping: 'root = this.v.tan()', input: '{"v":0}', output: '0' }],
};
