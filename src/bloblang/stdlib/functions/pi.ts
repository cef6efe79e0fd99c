import type { FunctionDefinition } from '../definition.ts';

export const pi: FunctionDefinition = {
  kind: 'function',
  name: 'pi',
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives π.',
  parameters: [],
  prepare: () => () => Math.PI,
  examples: [{ mapping: 'root = pi().round()', input: '{}', output: '3' }],
};
