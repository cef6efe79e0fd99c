import type { FunctionDefinition } from '../definition.ts';

export const errorText: FunctionDefinition = {
  kind: 'function',
  name: 'error',
  tier: 'core',
  status: 'stable',
  category: 'Message Info',
  description: 'Gives the error of a message that failed before, or null.',
  parameters: [],
  prepare: () => (scope) => scope.run.message.failure?.text ?? null,
  examples: [{ mapping: 'root = error()', input: '{}', output: 'null' }],
};
