import { DELETED, int } from '../../values.ts';
import { aQuery, type Documentation, defineFunction, OPTIONAL } from '../definition.ts';
import { counterBounds, counterSetting } from '../kernels/counting.ts';

export const counter = defineFunction(
  'counter',
  [
    aQuery('min', { default: 1, acceptsScalars: true }),
    aQuery('max', { default: 9223372036854775807n, acceptsScalars: true }),
    aQuery('set', OPTIONAL),
  ],
  (args) => {
    const min = args.query(0);
    const max = args.query(1);
    const set = args.has(2) ? args.query(2) : undefined;
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
);

export const documentation: Documentation = {
  definition: counter,
  tier: 'extended',
  status: 'experimental',
  category: 'General',
  description: 'Gives whole numbers one after the other; each place in a mapping counts for itself.',
  parameters: {
    min: 'The first number.',
    max: 'The number after which it starts again.',
    set: 'A number sets the counter, null only reads it, `deleted()` starts it again; anything that is nothing counts on.',
  },
  examples: [{ mapping: 'root = counter(min: 100, max: 200)', input: '{}', output: '100' }],
};
