import type { ClosureMethodDefinition } from '../definition.ts';
import { castBool, coercion } from '../kernels/coercion.ts';

export const toBool: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'bool',
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description:
    'Makes the value a bool: numbers are true unless they are zero, texts have to be like `true`, `F` or `1`. The argument is given instead if that fails.',
  parameters: [
    { name: 'default', type: 'bool', optional: true, description: 'What to give when there is no bool.' },
  ],
  prepare: (args, receiver) => {
    const fallback = args.has('default') ? args.bool('default') : undefined;
    return coercion(receiver, fallback, castBool);
  },
  examples: [
    { mapping: 'root = this.v.bool()', input: '{"v":"T"}', output: 'true' },
    { mapping: 'root = this.v.bool(true)', input: '{"v":null}', output: 'true' },
  ],
};
