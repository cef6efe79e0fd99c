import type { FunctionDefinition } from '../definition.ts';

export const batchIndex: FunctionDefinition = {
  kind: 'function',
  name: 'batch_index',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the place of the message in its batch, from 0.',
  parameters: [],
  prepare: () => (scope) => scope.run.message.batchIndex,
  examples: [{ mapping: 'root = batch_index()', input: '{}', output: '0' }],
};
