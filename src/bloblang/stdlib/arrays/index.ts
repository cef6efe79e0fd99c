import { fail, typeError } from '../../errors.ts';
import { isArray, isBytes } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';

export const elementAt: MethodDefinition = {
  kind: 'method',
  name: 'index',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Gives the element of an array, or the byte of a byte array, at an index; negative ones count from the end.',
  parameters: [{ name: 'index', type: 'integer', description: 'The index, from 0.' }],
  prepare: (args) => {
    const wanted = args.integer('index');
    return (receiver) => {
      if (!isArray(receiver) && !isBytes(receiver)) throw typeError('array', receiver);
      const index = wanted < 0 ? receiver.length + wanted : wanted;
      const element = receiver[index];
      if (element === undefined) {
        throw fail(`index '${index}' was out of bounds for array size: ${receiver.length}`);
      }
      return element;
    };
  },
  examples: [
    { mapping: 'root = this.v.index(-1)', input: '{"v":["a","b"]}', output: '"b"' },
    {
      mapping: 'root = this.v.index(2)',
      input: '{"v":["a","b"]}',
      error: "failed assignment (line 1): field `this.v`: index '2' was out of bounds for array size: 2",
    },
  ],
};
