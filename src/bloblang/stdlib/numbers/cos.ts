import { float } from '../../values.ts';
import { defineMethod } from '../definition.ts';
import { goCos } from '../kernels/go-math.ts';
import { floatReceiver } from '../receivers.ts';

export const cos = defineMethod({
  name: 'cos',
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the cosine of an angle in radians.',
  parameters: [],
  examples: [{ mapping: 'root = this.v.cos()', input: '{"v":0}', output: '1' }],
  annotates: false,
  prepare: () => (receiver) => float(goCos(floatReceiver(receiver))),
});
