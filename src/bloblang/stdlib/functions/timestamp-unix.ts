import { int } from '../../values.ts';
import { type Documentation, defineFunction } from '../definition.ts';

export const timestampUnix = defineFunction(
  'timestamp_unix',
  [],
  () => (scope) => int(scope.run.environment.nowNs() / 1_000_000_000n),
);

export const documentation: Documentation = {
  definition: timestampUnix,
  tier: 'core',
  status: 'stable',
  category: 'Environment',
  description: 'Gives the current time in whole seconds since 1970.',
  examples: [{ mapping: 'root = timestamp_unix() > 0', input: '{}', output: 'true' }],
};
