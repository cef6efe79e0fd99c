import { defineFunction } from '../definition.ts';
import { ksuidOf } from '../kernels/unique-ids.ts';

export const ksuid = defineFunction({
  name: 'ksuid',
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives a KSUID: 27 letters and digits that begin with the time.',
  parameters: [],
  examples: [{ mapping: 'root = ksuid().length()', input: '{}', output: '27' }],
  prepare:
    () =>
    ({ run: { environment } }) =>
      ksuidOf(environment.nowNs(), environment.randomBytes(16)),
});
