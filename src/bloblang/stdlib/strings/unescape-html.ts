import { decodeHTML } from 'entities';
import { type Documentation, defineMethod } from '../definition.ts';
import { textReceiver } from '../receivers.ts';

export const unescapeHtml = defineMethod(
  'unescape_html',
  [],
  () => (receiver, scope) => scope.run.made(decodeHTML(textReceiver(receiver))),
);

export const documentation: Documentation = {
  definition: unescapeHtml,
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Puts characters in the place of HTML entities, of which it knows all.',
  examples: [
    {
      mapping: 'root = this.v.unescape_html()',
      input: '{"v":"foo &amp; b&aacute;r"}',
      output: '"foo & bár"',
    },
  ],
};
