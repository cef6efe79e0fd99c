import { quote } from '../../text.ts';
import { defineMethod } from '../definition.ts';
import { textReceiver } from '../receivers.ts';

export const quoteText = defineMethod({
  name: 'quote',
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description:
    'Gives the text in double quotes, with control characters and what cannot be printed as escapes.',
  parameters: [],
  examples: [{ mapping: 'root = this.v.quote()', input: '{"v":"foo\\nbar"}', output: '"\\"foo\\\\nbar\\""' }],
  prepare: () => (receiver, scope) => scope.run.made(quote(textReceiver(receiver))),
});
