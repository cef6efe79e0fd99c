import type { MethodDefinition } from '../definition.ts';
import { timestampIn, zoneArgument } from '../kernels/timestamp-methods.ts';

export const tsTz: MethodDefinition = {
  kind: 'method',
  name: 'ts_tz',
  tier: 'core',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Gives the same instant as a clock in another time zone shows it.',
  parameters: [{ name: 'tz', type: 'string', description: '`UTC` or a name such as `America/New_York`.' }],
  annotates: false,
  folds: true,
  prepare: (args) => {
    const zone = zoneArgument(args.run, args.string('tz'));
    return (receiver, scope) => timestampIn(scope.run, receiver, zone);
  },
  examples: [
    {
      mapping: 'root = this.v.ts_tz("America/New_York")',
      input: '{"v":"2021-02-03T16:05:06Z"}',
      output: '"2021-02-03T11:05:06-05:00"',
    },
  ],
};
