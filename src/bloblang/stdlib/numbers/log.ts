import { float } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { floatReceiver } from '../receivers.ts';

export const log: MethodDefinition = {
  kind: 'method',
  name: 'log',
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the natural logarithm.',
  parameters: [],
  prepare: () => (receiver) => float(Math.log(floatReceiver(receiver))),
  examples: [{ mapping: 'root = this.v.log().round()', input: '{"v":2.7183}', output: '1' }],
};
