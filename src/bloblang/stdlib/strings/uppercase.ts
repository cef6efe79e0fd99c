import type { MethodDefinition } from '../definition.ts';
import { mapCase } from '../kernels/text-pieces.ts';
import { mapText } from '../receivers.ts';

export const uppercase: MethodDefinition = {
  kind: 'method',
  name: 'uppercase',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the text with every letter as its capital.',
  parameters: [],
  prepare: () => (receiver, scope) => mapText(receiver, (text) => mapCase(scope.run, text, 'upper')),
  examples: [{ mapping: 'root = this.name.uppercase()', input: '{"name":"ada"}', output: '"ADA"' }],
};
