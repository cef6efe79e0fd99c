import { type Documentation, defineFunction } from '../definition.ts';
import { uuidV4 } from '../kernels/unique-ids.ts';

export const uuidV4Function = defineFunction(
  'uuid_v4',
  [],
  () => (scope) => uuidV4(scope.run.environment.randomBytes(16)),
);

export const documentation: Documentation = {
  definition: uuidV4Function,
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Gives a random UUID.',
  examples: [{ mapping: 'root = uuid_v4().length()', input: '{}', output: '36' }],
};
