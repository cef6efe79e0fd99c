import { type Documentation, defineFunction } from '../definition.ts';

export const errorSourcePath = defineFunction(
  'error_source_path',
  [],
  () => (scope) => scope.run.message.failure?.sourcePath ?? null,
);

export const documentation: Documentation = {
  definition: errorSourcePath,
  tier: 'extended',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the path of the step on which the message failed, or null.',
  examples: [{ mapping: 'root = error_source_path()', input: '{}', output: 'null' }],
};
