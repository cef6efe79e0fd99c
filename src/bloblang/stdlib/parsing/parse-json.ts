import { wrap } from '../../errors.ts';
import { parseJson } from '../../json.ts';
import type { MethodDefinition } from '../definition.ts';
import { plainText } from '../receivers.ts';

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
      scope.run.allocate(text.length);
      try {
        return parseJson(text, numbers, 'ignore', scope.run);
      } catch (error) {
        throw wrap('failed to parse value as JSON: ', error);
      }
    };
  },
  examples: [
    { mapping: 'root = this.v.parse_json()', input: '{"v":"{\\"a\\":[1,true]}"}', output: '{"a":[1,true]}' },
  ],
};
