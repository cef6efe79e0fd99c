import { defineFunction } from '../definition.ts';

export const batchSize = defineFunction({
  name: 'batch_size',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the number of messages in the batch.',
  parameters: [],
  examples: [{ mapping: 'root = batch_size()', input: '{}', output: '1' }],
  prepare: () => (scope) => scope.run.message.batchSize,
});
