import { fail } from '../../errors.ts';
import { allocateEntries } from '../../runtime.ts';
import { anInteger, type Documentation, defineFunction } from '../definition.ts';

export const range = defineFunction(
  'range',
  [anInteger('start'), anInteger('stop'), anInteger('step', { default: 1 })],
  (args) => {
    const start = args.integer(0);
    const stop = args.integer(1);
    const step = args.integer(2);
    if (step === 0) throw fail('step must be greater than or less than 0');
    if (step < 0 && stop > start) {
      throw fail(`with negative step arg stop (${stop}) must be <= start (${start})`);
    }
    if (step > 0 && start >= stop) {
      throw fail(`with positive step arg start (${start}) must be < stop (${stop})`);
    }
    const length = Math.trunc((stop - start) / step);
    return (scope) => {
      allocateEntries(scope, length);
      return Array.from({ length }, (_, index) => start + index * step);
    };
  },
);

export const documentation: Documentation = {
  definition: range,
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Gives the whole numbers from start up to, and not including, stop.',
  parameters: {
    start: 'The first number.',
    stop: 'Where to stop.',
    step: 'How far apart the numbers are; may be negative.',
  },
  examples: [
    { mapping: 'root = range(0, 5, 2)', input: '{}', output: '[0,2]' },
    { mapping: 'root = range(3, 0, -1)', input: '{}', output: '[3,2,1]' },
  ],
};
