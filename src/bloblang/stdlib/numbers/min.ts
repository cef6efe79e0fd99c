import { type Documentation, defineMethod } from '../definition.ts';
import { extreme } from '../kernels/number-reductions.ts';

export const min = defineMethod(
  'min',
  [],
  () => (receiver, scope) => extreme(receiver, scope, (candidate, best) => candidate < best),
);

export const documentation: Documentation = {
  definition: min,
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the smallest number of an array.',
  examples: [{ mapping: 'root = this.v.min()', input: '{"v":[0,3,-2.5,7]}', output: '-2.5' }],
};
