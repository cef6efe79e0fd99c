import { type Documentation, defineMethod } from '../definition.ts';
import { escapeUrl, QUERY } from '../kernels/go-url.ts';
import { textReceiver } from '../receivers.ts';

export const escapeUrlQuery = defineMethod(
  'escape_url_query',
  [],
  () => (receiver, scope) => scope.run.made(escapeUrl(textReceiver(receiver), QUERY)),
);

export const documentation: Documentation = {
  definition: escapeUrlQuery,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Escapes the text so that it can stand in the query of a URL.',
  examples: [
    { mapping: 'root = this.v.escape_url_query()', input: '{"v":"foo & bar"}', output: '"foo+%26+bar"' },
  ],
};
