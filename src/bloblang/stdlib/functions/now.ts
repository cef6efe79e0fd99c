import { timestampText } from '../../text.ts';
import { Timestamp } from '../../values.ts';
import { defineFunction } from '../definition.ts';

export const now = defineFunction({
  name: 'now',
  tier: 'core',
  status: 'stable',
  category: 'Environment',
  description: 'Gives the current time as a text.',
  parameters: [],
  examples: [{ mapping: 'root = now().ts_unix() > 0', input: '{}', output: 'true' }],
  prepare: () => (scope) => timestampText(new Timestamp(scope.run.environment.nowNs())),
});
