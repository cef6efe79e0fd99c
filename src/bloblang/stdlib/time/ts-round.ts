import type { MethodDefinition } from '../definition.ts';
import { roundTimestamp } from '../kernels/timestamp-methods.ts';

export const tsRound: MethodDefinition = {
  kind: 'method',
  name: 'ts_round',
  tier: 'extended',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Rounds a time to the nearest multiple of a number of nanoseconds; halves go up.',
  parameters: [{ name: 'duration', type: 'integer', description: 'The nanoseconds.' }],
  annotates: false,
  folds: true,
  prepare: (args) => {
    const multiple = args.int64('duration');
    return (receiver, scope) => roundTimestamp(scope.run, receiver, multiple);
  },
  examples: [
    {
      mapping: 'root = this.v.ts_round("1h".parse_duration())',
      input: '{"v":"2020-08-14T05:54:23Z"}',
      output: '"2020-08-14T06:00:00Z"',
    },
  ],
};
