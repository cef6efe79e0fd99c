import type { MethodDefinition } from '../definition.ts';
import { plainText } from '../receivers.ts';

export const hasSuffix: MethodDefinition = {
  kind: 'method',
  name: 'has_suffix',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Tells whether the text ends with another.',
  parameters: [{ name: 'value', type: 'string', description: 'The text to look for at the end.' }],
  prepare: (args) => {
    const suffix = args.string('value');
    return (receiver) => plainText(receiver).endsWith(suffix);
  },
  examples: [{ mapping: 'root = this.file.has_suffix(".csv")', input: '{"file":"a.csv"}', output: 'true' }],
};
