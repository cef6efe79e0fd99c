import { decodeHTML } from 'entities';
import { defineMethod } from '../definition.ts';
import { textReceiver } from '../receivers.ts';

export const unescapeHtml = defineMethod({
  name: 'unescape_html',
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Puts characters in the place of HTML entities, of which it knows all.',
  parameters: [],
  examples: [
    {
      mapping: 'root = this.v.unescape_html()',
      input: '{"v":"foo &amp; b&aacute;r"}',
      output: '"foo & bár"',
    },
  ],
  prepare: () => (receiver, scope) => scope.run.made(decodeHTML(textReceiver(receiver))),
});
