import type { FunctionDefinition } from '../definition.ts';

export const errored: FunctionDefinition = {
  kind: 'function',
  name: 'errored',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Tells whether the message failed before.',
  parameters: [],
  prepare: () => (scope) => scope.run.message.failure !== undefined,
  examples: [{ mapping: 'root = errored()', input: '{}', output: 'false' }],
};
