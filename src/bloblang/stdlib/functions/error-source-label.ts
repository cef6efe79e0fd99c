import { defineFunction } from '../definition.ts';

export const errorSourceLabel = defineFunction({
  name: 'error_source_label',
  tier: 'extended',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the label of the step on which the message failed, or null.',
  parameters: [],
  examples: [{ mapping: 'root = error_source_label()', input: '{}', output: 'null' }],
  prepare: () => (scope) => scope.run.message.failure?.sourceLabel ?? null,
});
