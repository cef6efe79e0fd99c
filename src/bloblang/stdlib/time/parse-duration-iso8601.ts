import { int } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { approximateNanos } from '../kernels/iso-duration.ts';
import { isoDurationArgument } from '../kernels/timestamp-methods.ts';
import { textReceiver } from '../receivers.ts';

export const parseDurationIso8601: MethodDefinition = {
  kind: 'method',
  name: 'parse_duration_iso8601',
  tier: 'extended',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description:
    'Gives the nanoseconds of an ISO 8601 duration such as `P1DT2H`; years and months have their mean length.',
  parameters: [],
  annotates: false,
  folds: true,
  prepare: () => (receiver, scope) => {
    const text = textReceiver(receiver);
    // Up to seven numbers are parsed exactly.
    scope.run.step(4 + (text.length >> 4));
    return int(approximateNanos(isoDurationArgument(text)));
  },
  examples: [
    { mapping: 'root = this.v.parse_duration_iso8601()', input: '{"v":"PT2H"}', output: '7200000000000' },
  ],
};
