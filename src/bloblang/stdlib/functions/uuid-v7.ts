import { aTimestamp, type Documentation, defineFunction, OPTIONAL } from '../definition.ts';
import { uuidV7 } from '../kernels/unique-ids.ts';

export const uuidV7Function = defineFunction('uuid_v7', [aTimestamp('time', OPTIONAL)], (args) => {
  const time = args.has(0) ? args.timestamp(0).epochNs : undefined;
  return ({ run: { environment } }) => uuidV7(time ?? environment.nowNs(), environment.randomBytes(16));
});

export const documentation: Documentation = {
  definition: uuidV7Function,
  tier: 'core',
  status: 'stable',
  category: 'General',
  description:
    'Gives a UUID that begins with a time, now by default, so that later ones sort behind earlier ones.',
  parameters: { time: 'The time to put in.' },
  examples: [
    {
      mapping: 'root = uuid_v7("2020-01-01T00:00:00Z").slice(0, 13)',
      input: '{}',
      output: '"016f5e66-e800"',
    },
  ],
};
