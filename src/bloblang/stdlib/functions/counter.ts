import { DELETED, int } from '../../values.ts';
import type { FunctionDefinition } from '../definition.ts';
import { counterBounds, counterSetting } from '../kernels/counting.ts';

export const counter: FunctionDefinition = {
  kind: 'function',
  name: 'counter',
  tier: 'extended',
  status: 'experimental',
  category: 'General',
  description: 'Gives whole numbers one after the other; each place in a mapping counts for itself.',
  parameters: [
    { name: 'min', type: 'query', default: 1, acceptsScalars: true, description: 'The first number.' },
    {
      name: 'max',
      type: 'query',
      default: 9223372036854775807n,
      acceptsScalars: true,
      description: 'The number after which it starts again.',
    },
    {
      name: 'set',
      type: 'query',
      optional: true,
      description:
        'A number sets the counter, null only reads it, `deleted()` starts it again; anything that is nothing counts on.',
    },
  ],
  prepare: (args) => {
    const min = args.query('min');
    const max = args.query('max');
    const set = args.has('set') ? args.query('set') : undefined;
    let bounds: { readonly min: bigint; readonly max: bigint } | undefined;
    let current = 0n;
    return (scope) => {
      if (bounds === undefined) {
        bounds = counterBounds(scope, min, max);
        current = bounds.min - 1n;
      }
      if (set !== undefined) {
        const value = counterSetting(scope, set);
        if (value === null) return int(current);
        if (typeof value === 'bigint') {
          current = value;
          return int(current);
        }
        if (value === DELETED) current = bounds.min - 1n;
      }
      current += 1n;
      const counted = current;
      if (counted >= bounds.max) current = bounds.min - 1n;
      return int(counted);
    };
  },
  examples: [{ mapping: 'root = counter(min: 100, max: 200)', input: '{}', output: '100' }],
};
