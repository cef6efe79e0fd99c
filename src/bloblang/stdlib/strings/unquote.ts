import { fail } from '../../errors.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { unquote } from '../kernels/unquote.ts';
import { textReceiver } from '../receivers.ts';

export const unquoteText = defineMethod('unquote', [], () => (receiver, scope) => {
  const content = unquote(textReceiver(receiver));
  if (content === undefined) throw fail('invalid syntax');
  return scope.run.made(content);
});

export const documentation: Documentation = {
  definition: unquoteText,
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Reads a quoted text back: takes the quotes off and puts characters in the place of escapes.',
  examples: [
    { mapping: 'root = this.v.unquote()', input: '{"v":"\\"foo\\\\nbar\\""}', output: '"foo\\nbar"' },
  ],
};
