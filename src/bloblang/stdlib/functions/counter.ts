import { DELETED, int } from '../../values.ts';
import type { FunctionDefinition } from '../definition.ts';
import { counterBounds, counterSetting } from '../kernels/counting.ts';

interface Count {
  readonly min: bigint;
  readonly max: bigint;
  current: bigint;
}

export const counter: FunctionDefinition = {
  kind: 'function',
  name: 'counter',
  tier: 'extended',
  status: 'experimental',
  category: 'General',
  description:
    'Gives whole numbers one after the other; each place in a mapping counts for itself, and so does each stream. It counts in the memory of one process: it starts again with the process, where several work on a stream each has its own count, and a generator starts again every minute. To number events for good, use their ids or times.',
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
    const place = {};
    return (scope) => {
      const { memory } = scope.run;
      // Many streams share the closure of a compiled mapping, so each program's memory holds its own count.
      let count = memory.get(place) as Count | undefined;
      if (count === undefined) {
        const bounds = counterBounds(scope, min, max);
        count = { ...bounds, current: bounds.min - 1n };
        memory.set(place, count);
      }
      if (set !== undefined) {
        const value = counterSetting(scope, set);
        if (value === null) return int(count.current);
        if (typeof value === 'bigint') {
          count.current = value;
          return int(value);
        }
        if (value === DELETED) count.current = count.min - 1n;
      }
      count.current += 1n;
      const counted = count.current;
      if (counted >= count.max) count.current = count.min - 1n;
      return int(counted);
    };
  },
  examples: [{ mapping: 'root = counter(min: 100, max: 200)', input: '{}', output: '100' }],
};
