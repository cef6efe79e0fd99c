import { stepBytes } from '../../runtime.ts';
import { int } from '../../values.ts';
import { type Documentation, defineMethod, STATIC } from '../definition.ts';
import { approximateNanos } from '../kernels/iso-duration.ts';
import { isoDurationArgument } from '../kernels/timestamp-methods.ts';
import { textReceiver } from '../receivers.ts';

export const parseDurationIso8601 = defineMethod(
  'parse_duration_iso8601',
  [],
  () => (receiver, scope) => {
    const text = textReceiver(receiver);
    stepBytes(scope, text.length);
    return int(approximateNanos(isoDurationArgument(text)));
  },
  STATIC,
);

export const documentation: Documentation = {
  definition: parseDurationIso8601,
  tier: 'extended',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description:
    'Gives the nanoseconds of an ISO 8601 duration such as `P1DT2H`; years and months have their mean length.',
  examples: [
    { mapping: 'root = this.v.parse_duration_iso8601()', input: '{"v":"PT2H"}', output: '7200000000000' },
  ],
};
