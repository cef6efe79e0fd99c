import { allocateEntries, stepBytes } from '../../runtime.ts';
import { encodeUtf8, isBytes } from '../../values.ts';
import { aBool, aString, type Documentation, defineMethod } from '../definition.ts';
import { plainText } from '../receivers.ts';

export const split = defineMethod(
  'split',
  [aString('delimiter'), aBool('empty_as_null', { default: false })],
  (args) => {
    const delimiter = args.string(0);
    const emptyAsNull = args.bool(1);
    return (receiver, scope) => {
      const text = plainText(receiver);
      stepBytes(scope, text.length);
      const pieces = delimiter === '' ? [...text] : text.split(delimiter);
      allocateEntries(scope, pieces.length);
      const asBytes = isBytes(receiver);
      return pieces.map((piece) => {
        if (emptyAsNull && piece === '') return null;
        return asBytes ? encodeUtf8(piece) : piece;
      });
    };
  },
);

export const documentation: Documentation = {
  definition: split,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Cuts the text at every delimiter. An empty delimiter cuts between all characters.',
  parameters: { delimiter: 'Where to cut.', empty_as_null: 'Give null instead of an empty piece.' },
  examples: [
    { mapping: 'root = this.v.split(",")', input: '{"v":"foo,bar"}', output: '["foo","bar"]' },
    { mapping: 'root = this.v.split(",", true)', input: '{"v":"foo,,bar"}', output: '["foo",null,"bar"]' },
  ],
};
