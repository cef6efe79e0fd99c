import { fail } from '../../errors.ts';
import { int } from '../../values.ts';
import type { FunctionDefinition } from '../definition.ts';

export const randomInt: FunctionDefinition = {
  kind: 'function',
  name: 'random_int',
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Gives a random whole number between two bounds, both included.',
  parameters: [
    {
      name: 'seed',
      type: 'query',
      optional: true,
      acceptsScalars: true,
      description:
        'Kept for mappings of the reference engine, where it starts the sequence; the numbers here are random whatever it is.',
    },
    { name: 'min', type: 'integer', default: 0, literalOnly: true, description: 'The smallest number.' },
    {
      name: 'max',
      type: 'integer',
      default: 9223372036854775806n,
      literalOnly: true,
      description: 'The largest number.',
    },
  ],
  prepare: (args) => {
    const min = args.int64('min');
    const max = args.int64('max');
    if (max < min) throw fail(`min (${min}) must be smaller or equal than max (${max})`);
    const span = max - min + 1n;
    return (scope) => {
      const { random } = scope.run.environment;
      // Two draws of 32 bits each, because one draw of a float64 has only 53 bits.
      const high = BigInt(Math.floor(random() * 2 ** 32));
      const low = BigInt(Math.floor(random() * 2 ** 32));
      return int(min + ((((high << 32n) | low) * span) >> 64n));
    };
  },
  examples: [
    { mapping: 'root = random_int(min: 5, max: 5)', input: '{}', output: '5' },
    {
      mapping: 'root = random_int(min: 5, max: 3)',
      input: '{}',
      error: 'min (5) must be smaller or equal than max (3)',
    },
  ],
};
