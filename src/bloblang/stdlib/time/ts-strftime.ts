import { stepBytes } from '../../runtime.ts';
import { aString, type Documentation, defineMethod, OPTIONAL, STATIC } from '../definition.ts';
import { strftime } from '../kernels/strftime.ts';
import { clockOf } from '../kernels/timestamp-clock.ts';
import { timestampIn, zoneArgument } from '../kernels/timestamp-methods.ts';

export const tsStrftime = defineMethod(
  'ts_strftime',
  [aString('format'), aString('tz', OPTIONAL)],
  (args) => {
    const format = args.string(0);
    const zone = args.has(1) ? zoneArgument(args.string(1)) : undefined;
    return (receiver, scope) => {
      stepBytes(scope, format.length);
      return scope.run.made(strftime(clockOf(timestampIn(receiver, zone)), format));
    };
  },
  { aliases: ['format_timestamp_strftime'], ...STATIC },
);

export const documentation: Documentation = {
  definition: tsStrftime,
  tier: 'extended',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Writes a time by a format such as `%Y-%m-%d`.',
  parameters: { format: 'The format.', tz: 'The time zone to show it in, such as `Europe/Berlin`.' },
  examples: [
    {
      mapping: 'root = this.v.ts_strftime("%Y-%b-%d %H:%M:%S", "UTC")',
      input: '{"v":1597405526}',
      output: '"2020-Aug-14 11:45:26"',
    },
  ],
};
