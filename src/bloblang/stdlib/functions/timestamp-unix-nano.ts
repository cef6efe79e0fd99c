import { int } from '../../values.ts';
import { defineFunction } from '../definition.ts';

export const timestampUnixNano = defineFunction({
  name: 'timestamp_unix_nano',
  tier: 'core',
  status: 'stable',
  category: 'Environment',
  description: 'Gives the current time in nanoseconds since 1970.',
  parameters: [],
  examples: [{ mapping: 'root = timestamp_unix_nano() > 0', input: '{}', output: 'true' }],
  prepare: () => (scope) => int(scope.run.environment.nowNs()),
});
