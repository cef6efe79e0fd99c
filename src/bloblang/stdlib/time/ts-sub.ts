import { INT64_MAX, INT64_MIN, int } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { coerceTimestamp } from '../kernels/timestamp-coercion.ts';

export const tsSub: MethodDefinition = {
  kind: 'method',
  name: 'ts_sub',
  tier: 'core',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Gives the nanoseconds from another time to this one.',
  parameters: [{ name: 't2', type: 'timestamp', description: 'The other time.' }],
  annotates: false,
  folds: true,
  prepare: (args) => {
    const other = args.timestamp('t2');
    return (receiver, scope) => {
      const nanos = coerceTimestamp(receiver, scope.run).epochNs - other.epochNs;
      // A duration beyond the range of an int64 becomes the largest or smallest int64.
      if (nanos > INT64_MAX) return INT64_MAX;
      return nanos < INT64_MIN ? INT64_MIN : int(nanos);
    };
  },
  examples: [
    {
      mapping: 'root = this.v.ts_sub("2020-08-13T05:54:23Z")',
      input: '{"v":"2020-08-14T05:54:23Z"}',
      output: '86400000000000',
    },
  ],
};
