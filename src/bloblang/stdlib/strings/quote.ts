import { quote } from '../../text.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { textReceiver } from '../receivers.ts';

export const quoteText = defineMethod(
  'quote',
  [],
  () => (receiver, scope) => scope.run.made(quote(textReceiver(receiver))),
);

export const documentation: Documentation = {
  definition: quoteText,
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description:
    'Gives the text in double quotes, with control characters and what cannot be printed as escapes.',
  examples: [{ mapping: 'root = this.v.quote()', input: '{"v":"foo\\nbar"}', output: '"\\"foo\\\\nbar\\""' }],
};
