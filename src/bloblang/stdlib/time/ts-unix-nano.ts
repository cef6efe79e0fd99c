import { wrapInt64 } from '../../values.ts';
import { type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { unixUnits } from '../kernels/timestamp-methods.ts';

export const tsUnixNano = defineMethod(
  'ts_unix_nano',
  [],
  () => (receiver) => wrapInt64(unixUnits(receiver, 1n)),
  {
    aliases: ['format_timestamp_unix_nano'],
    ...PLUGIN,
    folds: true,
  },
);

export const documentation: Documentation = {
  definition: tsUnixNano,
  tier: 'core',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Gives the nanoseconds from 1970 to the time.',
  examples: [
    {
      mapping: 'root = this.v.ts_unix_nano().string()',
      input: '{"v":"2009-11-10T23:00:00Z"}',
      output: '"1257894000000000000"',
    },
  ],
};
