import { fail } from '../../errors.ts';
import { int } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { parseGoDuration } from '../kernels/go-duration.ts';
import { textReceiver } from '../receivers.ts';

export const parseDuration: MethodDefinition = {
  kind: 'method',
  name: 'parse_duration',
  tier: 'core',
  status: 'stable',
  category: 'Timestamp Manipulation',
  description: 'Gives the nanoseconds of a duration such as `1h30m` or `-1.5s`.',
  parameters: [],
  annotates: false,
  folds: true,
  prepare: () => (receiver, scope) => {
    const text = textReceiver(receiver);
    // A number and its unit may be two characters long.
    scope.run.step(text.length >> 3);
    const parsed = parseGoDuration(text);
    if (!parsed.ok) throw fail(parsed.message);
    return int(parsed.value);
  },
  examples: [{ mapping: 'root = this.v.parse_duration()', input: '{"v":"50us"}', output: '50000' }],
};
