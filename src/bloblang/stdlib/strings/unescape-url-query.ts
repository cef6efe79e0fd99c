import { fail } from '../../errors.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { QUERY, unescapeUrl } from '../kernels/go-url.ts';
import { textReceiver } from '../receivers.ts';

export const unescapeUrlQuery = defineMethod('unescape_url_query', [], () => (receiver, scope) => {
  const result = unescapeUrl(textReceiver(receiver), QUERY);
  if (!result.ok) throw fail(result.message);
  return scope.run.made(result.value);
});

export const documentation: Documentation = {
  definition: unescapeUrlQuery,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: "Reads the escapes of a URL's query.",
  examples: [
    { mapping: 'root = this.v.unescape_url_query()', input: '{"v":"foo+%26+bar"}', output: '"foo & bar"' },
  ],
};
