import { allocateEntries } from '../../runtime.ts';
import { aString, type Documentation, defineMethod, OPTIONAL, STATIC } from '../definition.ts';
import { formatLayout } from '../kernels/go-time-layout.ts';
import { clockOf } from '../kernels/timestamp-clock.ts';
import { timestampIn, zoneArgument } from '../kernels/timestamp-methods.ts';

export const tsFormat = defineMethod(
  'ts_format',
  [aString('format', { default: '2006-01-02T15:04:05.999999999Z07:00' }), aString('tz', OPTIONAL)],
  (args) => {
    const layout = args.string(0);
    const zone = args.has(1) ? zoneArgument(args.string(1)) : undefined;
    return (receiver, scope) => {
      allocateEntries(scope, layout.length);
      return scope.run.made(formatLayout(clockOf(timestampIn(receiver, zone)), layout));
    };
  },
  { aliases: ['format_timestamp'], ...STATIC },
);

export const documentation: Documentation = {
  definition: tsFormat,
  tier: 'core',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description:
    'Writes a time by a Go layout, which shows how 2 January 2006, 15:04:05 would look; RFC 3339 without one.',
  parameters: { format: 'The layout.', tz: 'The time zone to show it in, such as `Europe/Berlin`.' },
  examples: [
    {
      mapping: 'root = this.v.ts_format("2006-Jan-02 15:04:05", "UTC")',
      input: '{"v":1597405526}',
      output: '"2020-Aug-14 11:45:26"',
    },
  ],
};
