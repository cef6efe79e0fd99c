import { type Documentation, defineMethod } from '../definition.ts';
import { escapeUrl, SEGMENT } from '../kernels/go-url.ts';
import { textReceiver } from '../receivers.ts';

export const escapeUrlPath = defineMethod(
  'escape_url_path',
  [],
  () => (receiver, scope) => scope.run.made(escapeUrl(textReceiver(receiver), SEGMENT)),
);

export const documentation: Documentation = {
  definition: escapeUrlPath,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: "Escapes the text so that it can stand as one segment of a URL's path.",
  examples: [
    {
      mapping: 'root = this.v.escape_url_path()',
      input: '{"v":"my file/1.pdf"}',
      output: '"my%20file%2F1.pdf"',
    },
  ],
};
