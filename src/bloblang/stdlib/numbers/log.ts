import { float } from '../../values.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { floatReceiver } from '../receivers.ts';

export const log = defineMethod('log', [], () => (receiver) => float(Math.log(floatReceiver(receiver))));

export const documentation: Documentation = {
  definition: log,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the natural logarithm.',
  examples: [{ mapping: 'root = this.v.log().round()', input: '{"v":2.7183}', output: '1' }],
};
