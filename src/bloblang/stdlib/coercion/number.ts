import { float } from '../../values.ts';
import type { ClosureMethodDefinition } from '../definition.ts';
import { coercion } from '../kernels/coercion.ts';
import { castFloat } from '../kernels/integer-casts.ts';

export const toNumber: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'number',
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description:
    'Makes the value a number; a text has to say one. The argument is given instead if that fails.',
  parameters: [
    { name: 'default', type: 'float', optional: true, description: 'What to give when there is no number.' },
  ],
  prepare: (args, receiver) => {
    const fallback = args.has('default') ? float(args.float('default')) : undefined;
    return coercion(receiver, fallback, (value) => float(castFloat(value, 64)));
  },
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
