import { wrapInt64 } from '../../values.ts';
import { type Documentation, defineMethod, STATIC } from '../definition.ts';
import { unixUnits } from '../kernels/timestamp-methods.ts';

export const tsUnixMilli = defineMethod(
  'ts_unix_milli',
  [],
  () => (receiver) => wrapInt64(unixUnits(receiver, 1_000_000n)),
  { aliases: ['format_timestamp_unix_milli'], ...STATIC },
);

export const documentation: Documentation = {
  definition: tsUnixMilli,
  tier: 'core',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Gives the whole milliseconds from 1970 to the time.',
  examples: [
    {
      mapping: 'root = this.v.ts_unix_milli()',
      input: '{"v":"2009-11-10T23:00:00Z"}',
      output: '1257894000000',
    },
  ],
};
