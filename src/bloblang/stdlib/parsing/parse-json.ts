import { wrap } from '../../errors.ts';
import { parseJson } from '../../json.ts';
import { aBool, type Documentation, defineMethod, OPTIONAL } from '../definition.ts';
import { plainText } from '../receivers.ts';

export const parseJsonText = defineMethod('parse_json', [aBool('use_number', OPTIONAL)], (args) => {
  const numbers = args.has(0) && args.bool(0) ? 'text' : 'float';
  return (receiver, scope) => {
    const text = plainText(receiver);
    scope.run.allocate(text.length);
    try {
      return parseJson(text, numbers, 'ignore');
    } catch (error) {
      throw wrap('failed to parse value as JSON: ', error);
    }
  };
});

export const documentation: Documentation = {
  definition: parseJsonText,
  tier: 'core',
  status: 'stable',
  category: 'Parsing',
  description: 'Reads a JSON document out of a text. What follows the document is ignored.',
  parameters: { use_number: 'Keep numbers as they are written instead of as 64-bit floating point numbers.' },
  examples: [
    { mapping: 'root = this.v.parse_json()', input: '{"v":"{\\"a\\":[1,true]}"}', output: '{"a":[1,true]}' },
  ],
};
