import { float } from '../../values.ts';
import { defineMethod } from '../definition.ts';
import { floatReceiver } from '../receivers.ts';

export const log = defineMethod({
  name: 'log',
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the natural logarithm.',
  parameters: [],
  examples: [{ mapping: 'root = this.v.log().round()', input: '{"v":2.7183}', output: '1' }],
  prepare: () => (receiver) => float(Math.log(floatReceiver(receiver))),
});
