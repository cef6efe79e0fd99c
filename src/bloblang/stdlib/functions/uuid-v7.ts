import type { FunctionDefinition } from '../definition.ts';
import { STEPS_OF_RANDOM_BYTES, uuidV7 } from '../kernels/unique-ids.ts';

export const uuidV7Function: FunctionDefinition = {
  kind: 'function',
  name: 'uuid_v7',
  tier: 'core',
  status: 'stable',
  category: 'General',
  description:
    'Gives a UUID that begins with a time, now by default, so that later ones sort behind earlier ones.',
  parameters: [{ name: 'time', type: 'timestamp', optional: true, description: 'The time to put in.' }],
  prepare: (args) => {
    const time = args.has('time') ? args.timestamp('time').epochNs : undefined;
    return ({ run }) => {
      run.step(STEPS_OF_RANDOM_BYTES);
      return uuidV7(time ?? run.environment.nowNs(), run.environment.randomBytes(16));
    };
  },
  examples: [
    {
      mapping: 'root = uuid_v7("2020-01-01T00:00:00Z").slice(0, 13)',
      input: '{}',
      output: '"016f5e66-e800"',
    },
  ],
};
