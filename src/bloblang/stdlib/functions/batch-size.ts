import type { FunctionDefinition } from '../definition.ts';

export const batchSize: FunctionDefinition = {
  kind: 'function',
  name: 'batch_size',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the number of messages in the batch.',
  parameters: [],
  prepare: () => (scope) => scope.run.message.batchSize,
  examples: [{ mapping: 'root = batch_size()', input: '{}', output: '1' }],
};
