import type { MethodDefinition } from '../definition.ts';
import { extreme } from '../kernels/number-reductions.ts';

export const max: MethodDefinition = {
  kind: 'method',
  name: 'max',
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the largest number of an array.',
  parameters: [],
  prepare: () => (receiver, scope) => extreme(receiver, scope, (candidate, best) => candidate > best),
  examples: [
    { mapping: 'root = this.v.max()', input: '{"v":[0,3,2.5,7]}', output: '7' },
    {
      mapping: 'root = this.v.max()',
      input: '{"v":[]}',
      error: 'failed assignment (line 1): field `this.v`: the array was empty',
    },
  ],
};
