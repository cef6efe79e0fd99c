import { defineFunction } from '../definition.ts';

export const pi = defineFunction({
  name: 'pi',
  tier: 'extended',
  status: 'stable',
  category: 'General',
  description: 'Gives π.',
  parameters: [],
  examples: [{ mapping: 'root = pi().round()', input: '{}', output: '3' }],
  prepare: () => () => Math.PI,
});
