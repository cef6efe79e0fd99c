import { int } from '../../values.ts';
import { type Documentation, defineFunction } from '../definition.ts';

export const timestampUnixNano = defineFunction(
  'timestamp_unix_nano',
  [],
  () => (scope) => int(scope.run.environment.nowNs()),
);

export const documentation: Documentation = {
  definition: timestampUnixNano,
  tier: 'core',
  status: 'stable',
  category: 'Environment',
  description: 'Gives the current time in nanoseconds since 1970.',
  examples: [{ mapping: 'root = timestamp_unix_nano() > 0', input: '{}', output: 'true' }],
};
