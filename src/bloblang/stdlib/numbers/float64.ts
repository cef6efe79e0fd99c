import { float } from '../../values.ts';
import { type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { castFloat } from '../kernels/integer-casts.ts';

export const float64 = defineMethod('float64', [], () => (receiver) => float(castFloat(receiver, 64)), {
  ...PLUGIN,
});

export const documentation: Documentation = {
  definition: float64,
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Makes a number, or a text that says one, a 64-bit floating point number.',
  examples: [
    {
      mapping: 'root = this.v.float64()',
      input: '{"v":"6.674282313423543523453425345e-11"}',
      output: '6.674282313423544e-11',
    },
  ],
};
