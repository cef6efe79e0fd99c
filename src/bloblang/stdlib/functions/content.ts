import { defineFunction } from '../definition.ts';

export const content = defineFunction({
  name: 'content',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the bytes of the message as they came.',
  parameters: [],
  examples: [{ mapping: 'root = content().string()', input: '{"a":1}', output: '"{\\"a\\":1}"' }],
  prepare: () => (scope) => scope.run.message.content(),
});
