import { encodeUtf8, isBytes } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { splitText } from '../kernels/text-pieces.ts';
import { plainText } from '../receivers.ts';

/** V8's memory for a small byte array besides its bytes. */
const BYTE_ARRAY_OVERHEAD = 160;

export const split: MethodDefinition = {
  kind: 'method',
  name: 'split',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Cuts the text at every delimiter. An empty delimiter cuts between all characters.',
  parameters: [
    { name: 'delimiter', type: 'string', description: 'Where to cut.' },
    {
      name: 'empty_as_null',
      type: 'bool',
      default: false,
      description: 'Give null instead of an empty piece.',
    },
  ],
  prepare: (args) => {
    const delimiter = args.string('delimiter');
    const emptyAsNull = args.bool('empty_as_null');
    return (receiver, scope) => {
      const text = plainText(receiver);
      const pieces = splitText(scope.run, text, delimiter);
      const asBytes = isBytes(receiver);
      if (!asBytes && !emptyAsNull) return pieces;
      scope.run.allocateEntries(pieces.length);
      return pieces.map((piece) => {
        if (emptyAsNull && piece === '') return null;
        if (!asBytes) return piece;
        scope.run.allocate(BYTE_ARRAY_OVERHEAD);
        return encodeUtf8(piece);
      });
    };
  },
  examples: [
    { mapping: 'root = this.v.split(",")', input: '{"v":"foo,bar"}', output: '["foo","bar"]' },
    { mapping: 'root = this.v.split(",", true)', input: '{"v":"foo,,bar"}', output: '["foo",null,"bar"]' },
  ],
};
