import { int } from '../../values.ts';
import { defineFunction } from '../definition.ts';

export const timestampUnix = defineFunction({
  name: 'timestamp_unix',
  tier: 'core',
  status: 'stable',
  category: 'Environment',
  description: 'Gives the current time in whole seconds since 1970.',
  parameters: [],
  examples: [{ mapping: 'root = timestamp_unix() > 0', input: '{}', output: 'true' }],
  prepare: () => (scope) => int(scope.run.environment.nowNs() / 1_000_000_000n),
});
