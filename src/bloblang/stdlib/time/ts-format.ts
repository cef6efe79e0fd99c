import type { MethodDefinition } from '../definition.ts';
import { layoutOf, TAKEN_APART_BYTES } from '../kernels/go-time-layout.ts';
import { clockOf } from '../kernels/timestamp-clock.ts';
import { timestampIn, zoneArgument } from '../kernels/timestamp-methods.ts';

export const tsFormat: MethodDefinition = {
  kind: 'method',
  name: 'ts_format',
  aliases: ['format_timestamp'],
  tier: 'core',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description:
    'Writes a time by a Go layout, which shows how 2 January 2006, 15:04:05 would look; RFC 3339 without one.',
  parameters: [
    {
      name: 'format',
      type: 'string',
      default: '2006-01-02T15:04:05.999999999Z07:00',
      description: 'The layout.',
    },
    {
      name: 'tz',
      type: 'string',
      optional: true,
      description: 'The time zone to show it in, such as `Europe/Berlin`.',
    },
  ],
  annotates: false,
  folds: true,
  prepare: (args) => {
    const format = args.string('format');
    args.run.allocate(format.length * TAKEN_APART_BYTES);
    const layout = layoutOf(format);
    const zone = args.has('tz') ? zoneArgument(args.run, args.string('tz')) : undefined;
    return (receiver, scope) => {
      scope.run.step(format.length >> 4);
      scope.run.allocateEntries(format.length);
      return scope.run.made(layout.format(clockOf(timestampIn(scope.run, receiver, zone), scope.run)));
    };
  },
  examples: [
    {
      mapping: 'root = this.v.ts_format("2006-Jan-02 15:04:05", "UTC")',
      input: '{"v":1597405526}',
      output: '"2020-Aug-14 11:45:26"',
    },
  ],
};
