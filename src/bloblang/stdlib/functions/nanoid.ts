import { fail } from '../../errors.ts';
import type { FunctionDefinition } from '../definition.ts';
import { NANOID_ALPHABET, nanoidOf } from '../kernels/unique-ids.ts';

const LENGTH_DEFAULT = 21;
/** Go's nanoid refuses an alphabet with more characters than this. */
const ALPHABET_MAX = 255;

export const nanoid: FunctionDefinition = {
  kind: 'function',
  name: 'nanoid',
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives a short random identifier of 21 characters, or of the length and alphabet given.',
  parameters: [
    { name: 'length', type: 'integer', optional: true, description: 'How many characters.' },
    { name: 'alphabet', type: 'string', optional: true, description: 'The characters to take.' },
  ],
  prepare: (args) => {
    if (args.has('alphabet') && !args.has('length'))
      throw fail('field length must be specified when an alphabet is specified');
    const length = args.has('length') ? args.integer('length') : LENGTH_DEFAULT;
    const letters = args.has('alphabet') ? args.string('alphabet') : NANOID_ALPHABET;
    // A letter has one or two UTF-16 units. An alphabet that is too long is not read to its end.
    const alphabet = [...letters.slice(0, 2 * ALPHABET_MAX + 2)];
    return (scope) => {
      if (alphabet.length === 0 || alphabet.length > ALPHABET_MAX) {
        throw fail('alphabet must not be empty and contain no more than 255 chars');
      }
      if (length <= 0) throw fail('size must be positive integer');
      scope.run.allocateString(length);
      scope.run.reads(length * 8);
      return nanoidOf(length, alphabet, scope.run.environment.randomBytes);
    };
  },
  examples: [
    { mapping: 'root = nanoid(8).length()', input: '{}', output: '8' },
    {
      mapping: 'root = nanoid(alphabet: "a")',
      input: '{}',
      error: 'field length must be specified when an alphabet is specified',
    },
  ],
};
