import { typeError, wrap } from '../../errors.ts';
import { allocateString } from '../../runtime.ts';
import { isBytes } from '../../values.ts';
import { aString, type Documentation, defineMethod, OPTIONAL } from '../definition.ts';
import { arrayReceiver, plainText } from '../receivers.ts';

export const join = defineMethod('join', [aString('delimiter', OPTIONAL)], (args) => {
  const delimiter = args.has(0) ? args.string(0) : '';
  return (receiver, scope) => {
    let size = 0;
    const texts = arrayReceiver(receiver).map((element, index) => {
      if (typeof element !== 'string' && !isBytes(element)) {
        throw wrap(`failed to join element ${index}: `, typeError('string', element));
      }
      const text = plainText(element);
      size += text.length + delimiter.length;
      return text;
    });
    allocateString(scope, size);
    return texts.join(delimiter);
  };
});

export const documentation: Documentation = {
  definition: join,
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Joins the texts of an array to one, with the delimiter between them.',
  parameters: { delimiter: 'What to put between.' },
  examples: [
    { mapping: 'root = this.v.join(", ")', input: '{"v":["a","b"]}', output: '"a, b"' },
    {
      mapping: 'root = this.v.join()',
      input: '{"v":["a",1]}',
      error:
        'failed assignment (line 1): field `this.v`: failed to join element 1: expected string value, got number (1)',
    },
  ],
};
