import { anInteger, type Documentation, defineMethod, STATIC } from '../definition.ts';
import { roundTimestamp } from '../kernels/timestamp-methods.ts';

export const tsRound = defineMethod(
  'ts_round',
  [anInteger('duration')],
  (args) => {
    const multiple = args.int64(0);
    return (receiver) => roundTimestamp(receiver, multiple);
  },
  STATIC,
);

export const documentation: Documentation = {
  definition: tsRound,
  tier: 'extended',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Rounds a time to the nearest multiple of a number of nanoseconds; halves go up.',
  parameters: { duration: 'The nanoseconds.' },
  examples: [
    {
      mapping: 'root = this.v.ts_round("1h".parse_duration())',
      input: '{"v":"2020-08-14T05:54:23Z"}',
      output: '"2020-08-14T06:00:00Z"',
    },
  ],
};
