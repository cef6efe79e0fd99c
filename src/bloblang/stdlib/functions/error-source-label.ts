import { type Documentation, defineFunction } from '../definition.ts';

export const errorSourceLabel = defineFunction(
  'error_source_label',
  [],
  () => (scope) => scope.run.message.failure?.sourceLabel ?? null,
);

export const documentation: Documentation = {
  definition: errorSourceLabel,
  tier: 'extended',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the label of the step on which the message failed, or null.',
  examples: [{ mapping: 'root = error_source_label()', input: '{}', output: 'null' }],
};
