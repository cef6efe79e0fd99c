import type { FunctionDefinition } from '../definition.ts';
import { ksuidOf } from '../kernels/unique-ids.ts';

export const ksuid: FunctionDefinition = {
  kind: 'function',
  name: 'ksuid',
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives a KSUID: 27 letters and digits that begin with the time.',
  parameters: [],
  prepare:
    () =>
    ({ run: { environment } }) =>
      ksuidOf(environment.nowNs(), environment.randomBytes(16)),
  examples: [{ mapping: 'root = ksuid().length()', input: '{}', output: '27' }],
};
