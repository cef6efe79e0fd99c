import { int } from '../../values.ts';
import { type Documentation, defineFunction } from '../definition.ts';

export const timestampUnixMilli = defineFunction(
  'timestamp_unix_milli',
  [],
  () => (scope) => int(scope.run.environment.nowNs() / 1_000_000n),
);

export const documentation: Documentation = {
  definition: timestampUnixMilli,
  tier: 'core',
  status: 'stable',
  category: 'Environment',
  description: 'Gives the current time in whole milliseconds since 1970.',
  examples: [{ mapping: 'root = timestamp_unix_milli() > 0', input: '{}', output: 'true' }],
};
