import type { MethodDefinition } from '../definition.ts';
import { escapeUrl, QUERY } from '../kernels/go-url.ts';
import { textReceiver } from '../receivers.ts';

export const escapeUrlQuery: MethodDefinition = {
  kind: 'method',
  name: 'escape_url_query',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Escapes the text so that it can stand in the query of a URL.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const text = textReceiver(receiver);
    scope.run.step(text.length >> 2);
    return scope.run.made(escapeUrl(text, QUERY));
  },
  examples: [
    { mapping: 'root = this.v.escape_url_query()', input: '{"v":"foo & bar"}', output: '"foo+%26+bar"' },
  ],
};
