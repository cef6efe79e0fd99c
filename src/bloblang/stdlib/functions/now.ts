import { timestampText } from '../../text.ts';
import { Timestamp } from '../../values.ts';
import { type Documentation, defineFunction } from '../definition.ts';

export const now = defineFunction(
  'now',
  [],
  () => (scope) => timestampText(new Timestamp(scope.run.environment.nowNs())),
);

export const documentation: Documentation = {
  definition: now,
  tier: 'core',
  status: 'stable',
  category: 'Environment',
  description: 'Gives the current time as a text.',
  examples: [{ mapping: 'root = now().ts_unix() > 0', input: '{}', output: 'true' }],
};
