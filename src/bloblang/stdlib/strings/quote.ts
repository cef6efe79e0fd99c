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
  prepare: () => (receiver, scope) => {
    const text = textReceiver(receiver);
    scope.run.step(text.length >> 2);
    return scope.run.made(quote(text));
  },
  examples: [{ mapping: 'root = this.v.quote()', input: '{"v":"foo\\nbar"}', output: '"\\"foo\\\\nbar\\""' }],
};
