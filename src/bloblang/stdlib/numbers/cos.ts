import { float } from '../../values.ts';
import { type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { goCos } from '../kernels/go-math.ts';
import { floatReceiver } from '../receivers.ts';

export const cos = defineMethod('cos', [], () => (receiver) => float(goCos(floatReceiver(receiver))), {
  ...PLUGIN,
});

export const documentation: Documentation = {
  definition: cos,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the cosine of an angle in radians.',
  examples: [{ mapping: 'root = this.v.cos()', input: '{"v":0}', output: '1' }],
};
