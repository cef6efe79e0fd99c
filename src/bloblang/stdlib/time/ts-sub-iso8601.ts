import { aString, type Documentation, defineMethod, STATIC } from '../definition.ts';
import { addIsoDuration, isoDurationArgument } from '../kernels/timestamp-methods.ts';

export const tsSubIso8601 = defineMethod(
  'ts_sub_iso8601',
  [aString('duration')],
  (args) => {
    const duration = isoDurationArgument(args.string(0));
    return (receiver) => addIsoDuration(receiver, duration, -1);
  },
  STATIC,
);

export const documentation: Documentation = {
  definition: tsSubIso8601,
  tier: 'extended',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Takes an ISO 8601 duration off over the calendar.',
  parameters: { duration: 'The duration, such as `P1Y2M3DT4H5M6S`.' },
  examples: [
    {
      mapping: 'root = this.v.ts_sub_iso8601("P1Y")',
      input: '{"v":"2020-08-14T05:54:23Z"}',
      output: '"2019-08-14T05:54:23Z"',
    },
  ],
};
