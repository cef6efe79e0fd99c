import { aTimestamp, type Documentation, defineClosureMethod, OPTIONAL } from '../definition.ts';
import { coercion } from '../kernels/coercion.ts';
import { coerceTimestamp } from '../kernels/timestamp-coercion.ts';

export const toTimestamp = defineClosureMethod(
  'timestamp',
  [aTimestamp('default', OPTIONAL)],
  (args, receiver) => {
    const fallback = args.has(0) ? args.timestamp(0) : undefined;
    return coercion(receiver, fallback, coerceTimestamp);
  },
);

export const documentation: Documentation = {
  definition: toTimestamp,
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description:
    'Makes the value a timestamp: numbers are seconds since 1970, texts are RFC 3339. The argument is given instead if that fails.',
  parameters: { default: 'What to give when there is no timestamp.' },
  examples: [
    {
      mapping: 'root = this.v.timestamp()',
      input: '{"v":"2020-08-14T05:54:23Z"}',
      output: '"2020-08-14T05:54:23Z"',
    },
  ],
};
