import { defineMethod } from '../definition.ts';
import { plainText } from '../receivers.ts';

export const hasSuffix = defineMethod({
  name: 'has_suffix',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Tells whether the text ends with another.',
  parameters: [{ name: 'value', type: 'string', description: 'The text to look for at the end.' }],
  examples: [{ mapping: 'root = this.file.has_suffix(".csv")', input: '{"file":"a.csv"}', output: 'true' }],
  prepare: (args) => {
    const suffix = args.string(0);
    return (receiver) => plainText(receiver).endsWith(suffix);
  },
});
