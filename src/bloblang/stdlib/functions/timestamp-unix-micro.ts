import { int } from '../../values.ts';
import { type Documentation, defineFunction } from '../definition.ts';

export const timestampUnixMicro = defineFunction(
  'timestamp_unix_micro',
  [],
  () => (scope) => int(scope.run.environment.nowNs() / 1_000n),
);

export const documentation: Documentation = {
  definition: timestampUnixMicro,
  tier: 'core',
  status: 'stable',
  category: 'Environment',
  description: 'Gives the current time in whole microseconds since 1970.',
  examples: [{ mapping: 'root = timestamp_unix_micro() > 0', input: '{}', output: 'true' }],
};
