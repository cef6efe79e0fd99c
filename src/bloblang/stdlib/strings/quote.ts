import { quote } from '../../text.ts';
import type { MethodDefinition } from '../definition.ts';
import { textReceiver } from '../receivers.ts';

export const quoteText: MethodDefinition = {
  kind: 'method',
  name: 'quote',
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description:
    'Gives the text in double quotes, with control characters and what cannot be printed as escapes.',
  parameters: [],
  prepare: () => (receiver, scope) => scope.run.made(quote(textReceiver(receiver))),
  examples: [{ mapping: 'root = this.v.quote()', input: '{"v":"foo\\nbar"}', output: '"\\"foo\\\\nbar\\""' }],
};
