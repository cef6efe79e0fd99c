import { fail } from '../../errors.ts';
import { int } from '../../values.ts';
import { anInteger, aQuery, type Documentation, defineFunction } from '../definition.ts';

export const randomInt = defineFunction(
  'random_int',
  [
    aQuery('seed', { optional: true, acceptsScalars: true }),
    anInteger('min', { default: 0, literalOnly: true }),
    anInteger('max', { default: 9223372036854775806n, literalOnly: true }),
  ],
  (args) => {
    const min = args.int64(1);
    const max = args.int64(2);
    if (max < min) throw fail(`min (${min}) must be smaller or equal than max (${max})`);
    const span = max - min + 1n;
    return (scope) => {
      const { random } = scope.run.environment;
      // Two draws of 32 bits: one draw of a float64 has only 53.
      const high = BigInt(Math.floor(random() * 2 ** 32));
      const low = BigInt(Math.floor(random() * 2 ** 32));
      return int(min + ((((high << 32n) | low) * span) >> 64n));
    };
  },
);

export const documentation: Documentation = {
  definition: randomInt,
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Gives a random whole number between two bounds, both included.',
  parameters: {
    seed: 'Kept for mappings of the reference engine, where it starts the sequence; the numbers here are random whatever it is.',
    min: 'The smallest number.',
    max: 'The largest number.',
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
