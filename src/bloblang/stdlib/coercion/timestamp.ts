import type { ClosureMethodDefinition } from '../definition.ts';
import { coercion } from '../kernels/coercion.ts';
import { coerceTimestamp } from '../kernels/timestamp-coercion.ts';

export const toTimestamp: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'timestamp',
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description:
    'Makes the value a timestamp: numbers are seconds since 1970, texts are RFC 3339. The argument is given instead if that fails.',
  parameters: [
    {
      name: 'default',
      type: 'timestamp',
      optional: true,
      description: 'What to give when there is no timestamp.',
    },
  ],
  prepare: (args, receiver) => {
    const fallback = args.has('default') ? args.timestamp('default') : undefined;
    return coercion(receiver, fallback, (value, run) => coerceTimestamp(value, run));
  },
  examples: [
    {
      mapping: 'root = this.v.timestamp()',
      input: '{"v":"2020-08-14T05:54:23Z"}',
      output: '"2020-08-14T05:54:23Z"',
    },
  ],
};
