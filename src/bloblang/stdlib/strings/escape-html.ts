import type { MethodDefinition } from '../definition.ts';
import { textReceiver } from '../receivers.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&#34;',
};

export const escapeHtml: MethodDefinition = {
  kind: 'method',
  name: 'escape_html',
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Puts entities in the place of `<`, `>`, `&`, `\'` and `"`.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const text = textReceiver(receiver);
    scope.run.step(text.length >> 3);
    return scope.run.made(text.replace(/[<>&'"]/g, (character) => ENTITIES[character] ?? character));
  },
  examples: [
    { mapping: 'root = this.v.escape_html()', input: '{"v":"foo & bar"}', output: '"foo &amp; bar"' },
  ],
};
