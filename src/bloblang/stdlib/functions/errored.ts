import { defineFunction } from '../definition.ts';

export const errored = defineFunction({
  name: 'errored',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Tells whether the message failed before.',
  parameters: [],
  examples: [{ mapping: 'root = errored()', input: '{}', output: 'false' }],
  prepare: () => (scope) => scope.run.message.failure !== undefined,
});
