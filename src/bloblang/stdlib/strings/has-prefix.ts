import { aString, type Documentation, defineMethod } from '../definition.ts';
import { plainText } from '../receivers.ts';

export const hasPrefix = defineMethod('has_prefix', [aString('value')], (args) => {
  const prefix = args.string(0);
  return (receiver) => plainText(receiver).startsWith(prefix);
});

export const documentation: Documentation = {
  definition: hasPrefix,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Tells whether the text begins with another.',
  parameters: { value: 'The text to look for at the beginning.' },
  examples: [{ mapping: 'root = this.id.has_prefix("acct_")', input: '{"id":"acct_12"}', output: 'true' }],
};
