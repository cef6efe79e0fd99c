import { fail } from '../../errors.ts';
import type { MethodDefinition } from '../definition.ts';
import { unquote } from '../kernels/unquote.ts';
import { textReceiver } from '../receivers.ts';

export const unquoteText: MethodDefinition = {
  kind: 'method',
  name: 'unquote',
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Reads a quoted text back: takes the quotes off and puts characters in the place of escapes.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const text = textReceiver(receiver);
    // The literal is read byte by byte into an array of numbers.
    scope.run.step(text.length >> 4);
    scope.run.allocate(text.length * 32);
    const content = unquote(text);
    if (content === undefined) throw fail('invalid syntax');
    return scope.run.made(content);
  },
  examples: [
    { mapping: 'root = this.v.unquote()', input: '{"v":"\\"foo\\\\nbar\\""}', output: '"foo\\nbar"' },
  ],
};
