import { fail } from '../../errors.ts';
import { allocateString } from '../../runtime.ts';
import { anInteger, aString, type Documentation, defineFunction, OPTIONAL } from '../definition.ts';
import { NANOID_ALPHABET, nanoidOf } from '../kernels/unique-ids.ts';

const LENGTH_DEFAULT = 21;
/** Go's nanoid takes no more characters than this in an alphabet. */
const ALPHABET_MAX = 255;

export const nanoid = defineFunction(
  'nanoid',
  [anInteger('length', OPTIONAL), aString('alphabet', OPTIONAL)],
  (args) => {
    if (args.has(1) && !args.has(0))
      throw fail('field length must be specified when an alphabet is specified');
    const length = args.has(0) ? args.integer(0) : LENGTH_DEFAULT;
    const alphabet = [...(args.has(1) ? args.string(1) : NANOID_ALPHABET)];
    return (scope) => {
      if (alphabet.length === 0 || alphabet.length > ALPHABET_MAX) {
        throw fail('alphabet must not be empty and contain no more than 255 chars');
      }
      if (length <= 0) throw fail('size must be positive integer');
      allocateString(scope, length);
      return nanoidOf(length, alphabet, scope.run.environment.randomBytes);
    };
  },
);

export const documentation: Documentation = {
  definition: nanoid,
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives a short random identifier of 21 characters, or of the length and alphabet given.',
  parameters: { length: 'How many characters.', alphabet: 'The characters to take.' },
  examples: [
    { mapping: 'root = nanoid(8).length()', input: '{}', output: '8' },
    {
      mapping: 'root = nanoid(alphabet: "a")',
      input: '{}',
      error: 'field length must be specified when an alphabet is specified',
    },
  ],
};
