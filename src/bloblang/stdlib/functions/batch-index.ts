import { type Documentation, defineFunction } from '../definition.ts';

export const batchIndex = defineFunction('batch_index', [], () => (scope) => scope.run.message.batchIndex);

export const documentation: Documentation = {
  definition: batchIndex,
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the place of the message in its batch, from 0.',
  examples: [{ mapping: 'root = batch_index()', input: '{}', output: '0' }],
};
