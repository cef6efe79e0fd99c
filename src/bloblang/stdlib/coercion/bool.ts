import { aBool, type Documentation, defineClosureMethod, OPTIONAL } from '../definition.ts';
import { castBool, coercion } from '../kernels/coercion.ts';

export const toBool = defineClosureMethod('bool', [aBool('default', OPTIONAL)], (args, receiver) => {
  const fallback = args.has(0) ? args.bool(0) : undefined;
  return coercion(receiver, fallback, castBool);
});

export const documentation: Documentation = {
  definition: toBool,
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description:
    'Makes the value a bool: numbers are true unless they are zero, texts have to be like `true`, `F` or `1`. The argument is given instead if that fails.',
  parameters: { default: 'What to give when there is no bool.' },
  examples: [
    { mapping: 'root = this.v.bool()', input: '{"v":"T"}', output: 'true' },
    { mapping: 'root = this.v.bool(true)', input: '{"v":null}', output: 'true' },
  ],
};
