import { decodeHTML } from 'entities';
import type { MethodDefinition } from '../definition.ts';
import { textReceiver } from '../receivers.ts';

export const unescapeHtml: MethodDefinition = {
  kind: 'method',
  name: 'unescape_html',
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Puts characters in the place of HTML entities, of which it knows all.',
  parameters: [],
  prepare: () => (receiver, scope) => scope.run.made(decodeHTML(textReceiver(receiver))),
  examples: [
    {
      mapping: 'root = this.v.unescape_html()',
      input: '{"v":"foo &amp; b&aacute;r"}',
      output: '"foo & bár"',
    },
  ],
};
