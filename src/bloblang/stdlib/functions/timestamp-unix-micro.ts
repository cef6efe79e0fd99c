import { int } from '../../values.ts';
import { defineFunction } from '../definition.ts';

export const timestampUnixMicro = defineFunction({
  name: 'timestamp_unix_micro',
  tier: 'core',
  status: 'stable',
  category: 'Environment',
  description: 'Gives the current time in whole microseconds since 1970.',
  parameters: [],
  examples: [{ mapping: 'root = timestamp_unix_micro() > 0', input: '{}', output: 'true' }],
  prepare: () => (scope) => int(scope.run.environment.nowNs() / 1_000n),
});
