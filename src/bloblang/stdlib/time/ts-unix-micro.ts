import { wrapInt64 } from '../../values.ts';
import { type Documentation, defineMethod, STATIC } from '../definition.ts';
import { unixUnits } from '../kernels/timestamp-methods.ts';

export const tsUnixMicro = defineMethod(
  'ts_unix_micro',
  [],
  () => (receiver) => wrapInt64(unixUnits(receiver, 1_000n)),
  { aliases: ['format_timestamp_unix_micro'], ...STATIC },
);

export const documentation: Documentation = {
  definition: tsUnixMicro,
  tier: 'core',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Gives the whole microseconds from 1970 to the time.',
  examples: [
    {
      mapping: 'root = this.v.ts_unix_micro()',
      input: '{"v":"2009-11-10T23:00:00Z"}',
      output: '1257894000000000',
    },
  ],
};
