import { defineFunction } from '../definition.ts';

export const errorText = defineFunction({
  name: 'error',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the error of a message that failed before, or null.',
  parameters: [],
  examples: [{ mapping: 'root = error()', input: '{}', output: 'null' }],
  prepare: () => (scope) => scope.run.message.failure?.text ?? null,
});
