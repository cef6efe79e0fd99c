import type { MethodDefinition } from '../definition.ts';
import { mapCase, payForMapping } from '../kernels/text-pieces.ts';
import { mapText, plainText } from '../receivers.ts';

export const uppercase: MethodDefinition = {
  kind: 'method',
  name: 'uppercase',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the text with every letter as its capital.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    payForMapping(scope.run, plainText(receiver));
    return mapText(receiver, (text) => mapCase(text, 'upper'));
  },
  examples: [{ mapping: 'root = this.name.uppercase()', input: '{"name":"ada"}', output: '"ADA"' }],
};
