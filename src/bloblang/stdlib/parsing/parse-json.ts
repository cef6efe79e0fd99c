import { wrap } from '../../errors.ts';
import { parseJson } from '../../json.ts';
import type { Run } from '../../runtime.ts';
import type { MethodDefinition } from '../definition.ts';
import { occurrences } from '../kernels/text-search.ts';
import { plainText } from '../receivers.ts';

/** The most that V8 holds for one value of a document: a number in a box and its entry, or an empty object and its key. */
const VALUE_BYTES = 80;
const KEY_BYTES = 64;

/** Each value ends with a comma or a bracket, and each key with a colon. Those in texts are counted as well, which costs too much at most. */
function payForDocument(run: Run, text: string): void {
  const values = 1 + occurrences(text, ',') + occurrences(text, '[') + occurrences(text, '{');
  run.allocate(text.length + values * VALUE_BYTES + occurrences(text, ':') * KEY_BYTES);
}

export const parseJsonText: MethodDefinition = {
  kind: 'method',
  name: 'parse_json',
  tier: 'core',
  status: 'stable',
  category: 'Parsing',
  description: 'Reads a JSON document out of a text. What follows the document is ignored.',
  parameters: [
    {
      name: 'use_number',
      type: 'bool',
      optional: true,
      description: 'Keep numbers as they are written instead of as 64-bit floating point numbers.',
    },
  ],
  prepare: (args) => {
    const numbers = args.has('use_number') && args.bool('use_number') ? 'text' : 'float';
    return (receiver, scope) => {
      const text = plainText(receiver);
      payForDocument(scope.run, text);
      try {
        return parseJson(text, numbers, 'ignore');
      } catch (error) {
        throw wrap('failed to parse value as JSON: ', error);
      }
    };
  },
  examples: [
    { mapping: 'root = this.v.parse_json()', input: '{"v":"{\\"a\\":[1,true]}"}', output: '{"a":[1,true]}' },
  ],
};
