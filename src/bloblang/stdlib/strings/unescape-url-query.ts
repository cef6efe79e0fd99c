import { fail } from '../../errors.ts';
import type { MethodDefinition } from '../definition.ts';
import { QUERY, unescapeUrl } from '../kernels/go-url.ts';
import { textReceiver } from '../receivers.ts';

export const unescapeUrlQuery: MethodDefinition = {
  kind: 'method',
  name: 'unescape_url_query',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: "Reads the escapes of a URL's query.",
  parameters: [],
  prepare: () => (receiver, scope) => {
    const result = unescapeUrl(textReceiver(receiver), QUERY);
    if (!result.ok) throw fail(result.message);
    return scope.run.made(result.value);
  },
  examples: [
    { mapping: 'root = this.v.unescape_url_query()', input: '{"v":"foo+%26+bar"}', output: '"foo & bar"' },
  ],
};
