import type { MethodDefinition } from '../definition.ts';
import { extreme } from '../kernels/number-reductions.ts';

export const min: MethodDefinition = {
  kind: 'method',
  name: 'min',
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the smallest number of an array.',
  parameters: [],
  prepare: () => (receiver, scope) => extreme(receiver, scope, (candidate, best) => candidate < best),
  examples: [{ mapping: 'root = this.v.min()', input: '{"v":[0,3,-2.5,7]}', output: '-2.5' }],
};
