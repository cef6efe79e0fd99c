import type { MethodDefinition } from '../definition.ts';
import { TAKEN_APART_BYTES } from '../kernels/go-time-layout.ts';
import { strftime } from '../kernels/strftime.ts';
import { clockOf } from '../kernels/timestamp-clock.ts';
import { timestampIn, zoneArgument } from '../kernels/timestamp-methods.ts';

export const tsStrftime: MethodDefinition = {
  kind: 'method',
  name: 'ts_strftime',
  aliases: ['format_timestamp_strftime'],
  tier: 'extended',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Writes a time by a format such as `%Y-%m-%d`.',
  parameters: [
    { name: 'format', type: 'string', description: 'The format.' },
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
    const printer = strftime(format);
    const zone = args.has('tz') ? zoneArgument(args.run, args.string('tz')) : undefined;
    return (receiver, scope) => {
      scope.run.step(printer.steps);
      scope.run.allocateString(printer.padding);
      scope.run.allocateEntries(format.length);
      return scope.run.made(printer.print(clockOf(timestampIn(scope.run, receiver, zone), scope.run)));
    };
  },
  examples: [
    {
      mapping: 'root = this.v.ts_strftime("%Y-%b-%d %H:%M:%S", "UTC")',
      input: '{"v":1597405526}',
      output: '"2020-Aug-14 11:45:26"',
    },
  ],
};
