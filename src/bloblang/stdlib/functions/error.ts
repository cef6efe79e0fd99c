import { type Documentation, defineFunction } from '../definition.ts';

export const errorText = defineFunction(
  'error',
  [],
  () => (scope) => scope.run.message.failure?.text ?? null,
);

export const documentation: Documentation = {
  definition: errorText,
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the error of a message that failed before, or null.',
  examples: [{ mapping: 'root = error()', input: '{}', output: 'null' }],
};
