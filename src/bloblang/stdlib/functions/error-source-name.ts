import { type Documentation, defineFunction } from '../definition.ts';

export const errorSourceName = defineFunction(
  'error_source_name',
  [],
  () => (scope) => scope.run.message.failure?.sourceName ?? null,
);

export const documentation: Documentation = {
  definition: errorSourceName,
  tier: 'extended',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the name of the step on which the message failed, or null.',
  examples: [{ mapping: 'root = error_source_name()', input: '{}', output: 'null' }],
};
