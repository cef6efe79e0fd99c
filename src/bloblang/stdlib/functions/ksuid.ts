import type { FunctionDefinition } from '../definition.ts';
import { ksuidOf, STEPS_OF_DIGITS, STEPS_OF_RANDOM_BYTES } from '../kernels/unique-ids.ts';

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
    ({ run }) => {
      run.step(STEPS_OF_RANDOM_BYTES + STEPS_OF_DIGITS);
      return ksuidOf(run.environment.nowNs(), run.environment.randomBytes(16));
    },
  examples: [{ mapping: 'root = ksuid().length()', input: '{}', output: '27' }],
};
