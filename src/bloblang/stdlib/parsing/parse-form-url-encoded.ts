import { fail } from '../../errors.ts';
import { type ObjectBuilder, setOwn } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { parseFormUrlEncoded } from '../kernels/go-url.ts';
import { payForPairs } from '../kernels/text-pieces.ts';
import { textReceiver } from '../receivers.ts';

export const parseFormUrlEncodedText: MethodDefinition = {
  kind: 'method',
  name: 'parse_form_url_encoded',
  tier: 'extended',
  status: 'stable',
  category: 'Parsing',
  description:
    'Reads the body of an HTML form or the query of a URL; a name that comes several times gives an array.',
  parameters: [],
  annotates: false,
  prepare: () => (receiver, scope) => {
    const text = textReceiver(receiver);
    payForPairs(scope.run, text, /&/g);
    scope.run.step(text.length >> 3);
    const parsed = parseFormUrlEncoded(text);
    if (!parsed.ok) throw fail(`failed to parse value as url-encoded data: ${parsed.message}`);
    const values: ObjectBuilder = {};
    for (const [name, [first = '', ...others]] of parsed.value) {
      setOwn(values, name, others.length === 0 ? first : [first, ...others]);
    }
    return values;
  },
  examples: [
    {
      mapping: 'root = this.v.parse_form_url_encoded()',
      input: '{"v":"a=1&b=2&b=3"}',
      output: '{"a":"1","b":["2","3"]}',
    },
  ],
};
