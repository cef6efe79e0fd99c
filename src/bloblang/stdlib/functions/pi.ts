import { type Documentation, defineFunction } from '../definition.ts';

export const pi = defineFunction('pi', [], () => () => Math.PI);

export const documentation: Documentation = {
  definition: pi,
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives π.',
  examples: [{ mapping: 'root = pi().round()', input: '{}', output: '3' }],
};
