import { typeError } from '../../errors.ts';
import { decodeUtf8, encodeUtf8, isBytes } from '../../values.ts';
import { defineMethod } from '../definition.ts';

const ASCII_ONLY = /^\p{ASCII}*$/u;

// Go maps each code point to one code point, so a letter whose capital is longer (`ß`) stays as it is.
function upper(text: string): string {
  if (ASCII_ONLY.test(text)) return text.toUpperCase();
  let result = '';
  for (const character of text) {
    const mapped = character.toUpperCase();
    result += [...mapped].length === 1 ? mapped : character;
  }
  return result;
}

export const uppercase = defineMethod({
  name: 'uppercase',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the text with every letter as its capital.',
  parameters: [],
  examples: [{ mapping: 'root = this.name.uppercase()', input: '{"name":"ada"}', output: '"ADA"' }],
  prepare: () => (receiver, scope) => {
    if (typeof receiver === 'string') {
      scope.run.allocateString(receiver.length);
      return upper(receiver);
    }
    if (isBytes(receiver)) {
      scope.run.allocateString(receiver.length);
      return encodeUtf8(upper(decodeUtf8(receiver)));
    }
    throw typeError('string', receiver);
  },
});
