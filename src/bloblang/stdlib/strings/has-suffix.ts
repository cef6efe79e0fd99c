import { aString, type Documentation, defineMethod } from '../definition.ts';
import { plainText } from '../receivers.ts';

export const hasSuffix = defineMethod('has_suffix', [aString('value')], (args) => {
  const suffix = args.string(0);
  return (receiver) => plainText(receiver).endsWith(suffix);
});

export const documentation: Documentation = {
  definition: hasSuffix,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Tells whether the text ends with another.',
  parameters: { value: 'The text to look for at the end.' },
  examples: [{ mapping: 'root = this.file.has_suffix(".csv")', input: '{"file":"a.csv"}', output: 'true' }],
};
