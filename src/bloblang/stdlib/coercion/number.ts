import { float } from '../../values.ts';
import { aFloat, type Documentation, defineClosureMethod, OPTIONAL } from '../definition.ts';
import { coercion } from '../kernels/coercion.ts';
import { castFloat } from '../kernels/integer-casts.ts';

export const toNumber = defineClosureMethod('number', [aFloat('default', OPTIONAL)], (args, receiver) => {
  const fallback = args.has(0) ? float(args.float(0)) : undefined;
  return coercion(receiver, fallback, (value) => float(castFloat(value, 64)));
});

export const documentation: Documentation = {
  definition: toNumber,
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description:
    'Makes the value a number; a text has to say one. The argument is given instead if that fails.',
  parameters: { default: 'What to give when there is no number.' },
  examples: [
    { mapping: 'root = this.v.number()', input: '{"v":"1e3"}', output: '1000' },
    { mapping: 'root = this.v.number(5)', input: '{"v":"x"}', output: '5' },
    {
      mapping: 'root = this.v.number()',
      input: '{"v":"x"}',
      error: 'failed assignment (line 1): field `this.v`: strconv.ParseFloat: parsing "x": invalid syntax',
    },
  ],
};
