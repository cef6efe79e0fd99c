import type { MethodDefinition } from '../definition.ts';
import { escapeUrl, SEGMENT } from '../kernels/go-url.ts';
import { textReceiver } from '../receivers.ts';

export const escapeUrlPath: MethodDefinition = {
  kind: 'method',
  name: 'escape_url_path',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: "Escapes the text so that it can stand as one segment of a URL's path.",
  parameters: [],
  prepare: () => (receiver, scope) => {
    const text = textReceiver(receiver);
    scope.run.step(text.length >> 2);
    return scope.run.made(escapeUrl(text, SEGMENT));
  },
  examples: [
    {
      mapping: 'root = this.v.escape_url_path()',
      input: '{"v":"my file/1.pdf"}',
      output: '"my%20file%2F1.pdf"',
    },
  ],
};
