import { fail } from '../../errors.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { SEGMENT, unescapeUrl } from '../kernels/go-url.ts';
import { textReceiver } from '../receivers.ts';

export const unescapeUrlPath = defineMethod('unescape_url_path', [], () => (receiver, scope) => {
  const result = unescapeUrl(textReceiver(receiver), SEGMENT);
  if (!result.ok) throw fail(result.message);
  return scope.run.made(result.value);
});

export const documentation: Documentation = {
  definition: unescapeUrlPath,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: "Reads the escapes of a URL's path.",
  examples: [
    {
      mapping: 'root = this.v.unescape_url_path()',
      input: '{"v":"my%20file+1.pdf"}',
      output: '"my file+1.pdf"',
    },
  ],
};
