import { typeError, wrap } from '../../errors.ts';
import { isBytes } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { arrayReceiver, textElement } from '../receivers.ts';

export const join: MethodDefinition = {
  kind: 'method',
  name: 'join',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Joins the texts of an array to one, with the delimiter between them.',
  parameters: [{ name: 'delimiter', type: 'string', optional: true, description: 'What to put between.' }],
  prepare: (args) => {
    const delimiter = args.has('delimiter') ? args.string('delimiter') : '';
    return (receiver, scope) => {
      let size = 0;
      scope.run.allocateEntries(arrayReceiver(receiver).length);
      const texts = arrayReceiver(receiver).map((element, index) => {
        if (typeof element !== 'string' && !isBytes(element)) {
          throw wrap(`failed to join element ${index}: `, typeError('string', element));
        }
        const text = textElement(scope.run, element);
        size += text.length + delimiter.length;
        return text;
      });
      scope.run.allocateString(size);
      return texts.join(delimiter);
    };
  },
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
