import { timestampText } from '../../text.ts';
import { Timestamp } from '../../values.ts';
import type { FunctionDefinition } from '../definition.ts';

export const now: FunctionDefinition = {
  kind: 'function',
  name: 'now',
  tier: 'core',
  status: 'stable',
  category: 'Environment',
  description: 'Gives the current time as a text.',
  parameters: [],
  prepare: () => (scope) => timestampText(new Timestamp(scope.run.environment.nowNs())),
  examples: [{ mapping: 'root = now().ts_unix() > 0', input: '{}', output: 'true' }],
};
