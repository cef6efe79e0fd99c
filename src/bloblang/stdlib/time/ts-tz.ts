import { aString, type Documentation, defineMethod, STATIC } from '../definition.ts';
import { timestampIn, zoneArgument } from '../kernels/timestamp-methods.ts';

export const tsTz = defineMethod(
  'ts_tz',
  [aString('tz')],
  (args) => {
    const zone = zoneArgument(args.string(0));
    return (receiver) => timestampIn(receiver, zone);
  },
  STATIC,
);

export const documentation: Documentation = {
  definition: tsTz,
  tier: 'core',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Gives the same instant as a clock in another time zone shows it.',
  parameters: { tz: '`UTC` or a name such as `America/New_York`.' },
  examples: [
    {
      mapping: 'root = this.v.ts_tz("America/New_York")',
      input: '{"v":"2021-02-03T16:05:06Z"}',
      output: '"2021-02-03T11:05:06-05:00"',
    },
  ],
};
