import { type Documentation, defineFunction } from '../definition.ts';

export const batchSize = defineFunction('batch_size', [], () => (scope) => scope.run.message.batchSize);

export const documentation: Documentation = {
  definition: batchSize,
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the number of messages in the batch.',
  examples: [{ mapping: 'root = batch_size()', input: '{}', output: '1' }],
};
