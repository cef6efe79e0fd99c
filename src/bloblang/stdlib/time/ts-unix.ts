import { int } from '../../values.ts';
import { defineMethod } from '../definition.ts';
import { unixUnits } from '../kernels/timestamp-methods.ts';

export const tsUnix = defineMethod({
  name: 'ts_unix',
  tier: 'core',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Gives the whole seconds from 1970 to the time.',
  aliases: ['format_timestamp_unix'],
  parameters: [],
  examples: [
    { mapping: 'root = this.v.ts_unix()', input: '{"v":"2009-11-10T23:00:00Z"}', output: '1257894000' },
  ],
  annotates: false,
  folds: true,
  prepare: () => (receiver) => int(unixUnits(receiver, 1_000_000_000n)),
});
