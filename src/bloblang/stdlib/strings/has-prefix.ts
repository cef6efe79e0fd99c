import type { MethodDefinition } from '../definition.ts';
import { plainText } from '../receivers.ts';

export const hasPrefix: MethodDefinition = {
  kind: 'method',
  name: 'has_prefix',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Tells whether the text begins with another.',
  parameters: [{ name: 'value', type: 'string', description: 'The text to look for at the beginning.' }],
  prepare: (args) => {
    const prefix = args.string('value');
    return (receiver) => plainText(receiver).startsWith(prefix);
  },
  examples: [{ mapping: 'root = this.id.has_prefix("acct_")', input: '{"id":"acct_12"}', output: 'true' }],
};
