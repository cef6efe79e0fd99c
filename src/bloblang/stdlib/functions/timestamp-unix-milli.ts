import { int } from '../../values.ts';
import { defineFunction } from '../definition.ts';

export const timestampUnixMilli = defineFunction({
  name: 'timestamp_unix_milli',
  tier: 'core',
  status: 'stable',
  category: 'Environment',
  description: 'Gives the current time in whole milliseconds since 1970.',
  parameters: [],
  examples: [{ mapping: 'root = timestamp_unix_milli() > 0', input: '{}', output: 'true' }],
  prepare: () => (scope) => int(scope.run.environment.nowNs() / 1_000_000n),
});
