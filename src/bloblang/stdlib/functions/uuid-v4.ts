import type { FunctionDefinition } from '../definition.ts';
import { STEPS_OF_RANDOM_BYTES, uuidV4 } from '../kernels/unique-ids.ts';

export const uuidV4Function: FunctionDefinition = {
  kind: 'function',
  name: 'uuid_v4',
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Gives a random UUID.',
  parameters: [],
  prepare:
    () =>
    ({ run }) => {
      run.step(STEPS_OF_RANDOM_BYTES);
      return uuidV4(run.environment.randomBytes(16));
    },
  examples: [{ mapping: 'root = uuid_v4().length()', input: '{}', output: '36' }],
};
