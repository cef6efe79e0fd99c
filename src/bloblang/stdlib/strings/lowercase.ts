import type { MethodDefinition } from '../definition.ts';
import { mapCase } from '../kernels/text-pieces.ts';
import { mapText } from '../receivers.ts';

export const lowercase: MethodDefinition = {
  kind: 'method',
  name: 'lowercase',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the text with every capital as its small letter.',
  parameters: [],
  prepare: () => (receiver, scope) => mapText(receiver, (text) => mapCase(scope.run, text, 'lower')),
  examples: [{ mapping: 'root = this.name.lowercase()', input: '{"name":"ADA"}', output: '"ada"' }],
};
