import { type Documentation, defineFunction } from '../definition.ts';

export const content = defineFunction('content', [], () => (scope) => scope.run.message.content());

export const documentation: Documentation = {
  definition: content,
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the bytes of the message as they came.',
  examples: [{ mapping: 'root = content().string()', input: '{"a":1}', output: '"{\\"a\\":1}"' }],
};
