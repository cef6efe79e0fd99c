import { defineFunction } from '../definition.ts';

export const batchIndex = defineFunction({
  name: 'batch_index',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the place of the message in its batch, from 0.',
  parameters: [],
  examples: [{ mapping: 'root = batch_index()', input: '{}', output: '0' }],
  prepare: () => (scope) => scope.run.message.batchIndex,
});
