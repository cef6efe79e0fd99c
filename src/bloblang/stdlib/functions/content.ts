import type { FunctionDefinition } from '../definition.ts';

export const content: FunctionDefinition = {
  kind: 'function',
  name: 'content',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the bytes of the message as they came.',
  parameters: [],
  prepare: () => (scope) => scope.run.message.content(),
  examples: [{ mapping: 'root = content().string()', input: '{"a":1}', output: '"{\\"a\\":1}"' }],
};
