import { type Documentation, defineFunction } from '../definition.ts';

export const errored = defineFunction(
  'errored',
  [],
  () => (scope) => scope.run.message.failure !== undefined,
);

export const documentation: Documentation = {
  definition: errored,
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Tells whether the message failed before.',
  examples: [{ mapping: 'root = errored()', input: '{}', output: 'false' }],
};
