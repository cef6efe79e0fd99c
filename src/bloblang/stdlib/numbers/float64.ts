import { float } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { castFloat } from '../kernels/integer-casts.ts';

export const float64: MethodDefinition = {
  kind: 'method',
  name: 'float64',
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Makes a number, or a text that says one, a 64-bit floating point number.',
  parameters: [],
  annotates: false,
  prepare: () => (receiver) => float(castFloat(receiver, 64)),
  examples: [
    {
      mapping: 'root = this.v.float64()',
      input: '{"v":"6.674282313423543523453425345e-11"}',
      output: '6.674282313423544e-11',
    },
  ],
};
