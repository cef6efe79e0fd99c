import { fail } from '../../errors.ts';
import type { MethodDefinition } from '../definition.ts';
import { SEGMENT, unescapeUrl } from '../kernels/go-url.ts';
import { textReceiver } from '../receivers.ts';

export const unescapeUrlPath: MethodDefinition = {
  kind: 'method',
  name: 'unescape_url_path',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: "Reads the escapes of a URL's path.",
  parameters: [],
  prepare: () => (receiver, scope) => {
    const result = unescapeUrl(textReceiver(receiver), SEGMENT);
    if (!result.ok) throw fail(result.message);
    return scope.run.made(result.value);
  },
  examples: [
    {
      mapping: 'root = this.v.unescape_url_path()',
      input: '{"v":"my%20file+1.pdf"}',
      output: '"my file+1.pdf"',
    },
  ],
};
