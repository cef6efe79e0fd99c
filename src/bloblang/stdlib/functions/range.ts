import { fail } from '../../errors.ts';
import type { FunctionDefinition } from '../definition.ts';

export const range: FunctionDefinition = {
  kind: 'function',
  name: 'range',
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Gives the whole numbers from start up to, and not including, stop.',
  parameters: [
    { name: 'start', type: 'integer', description: 'The first number.' },
    { name: 'stop', type: 'integer', description: 'Where to stop.' },
    {
      name: 'step',
      type: 'integer',
      default: 1,
      description: 'How far apart the numbers are; may be negative.',
    },
  ],
  prepare: (args) => {
    const start = args.integer('start');
    const stop = args.integer('stop');
    const step = args.integer('step');
    if (step === 0) throw fail('step must be greater than or less than 0');
    if (step < 0 && stop > start) {
      throw fail(`with negative step arg stop (${stop}) must be <= start (${start})`);
    }
    if (step > 0 && start >= stop) {
      throw fail(`with positive step arg start (${start}) must be < stop (${stop})`);
    }
    const length = Math.trunc((stop - start) / step);
    return (scope) => {
      scope.run.allocateEntries(length);
      return Array.from({ length }, (_, index) => start + index * step);
    };
  },
  examples: [
    { mapping: 'root = range(0, 5, 2)', input: '{}', output: '[0,2]' },
    { mapping: 'root = range(3, 0, -1)', input: '{}', output: '[3,2,1]' },
  ],
};
