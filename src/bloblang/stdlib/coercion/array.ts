import { isArray } from '../../values.ts';
import { defineMethod } from '../definition.ts';

export const toArray = defineMethod({
  name: 'array',
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description: 'Puts the value in an array, unless it is one.',
  parameters: [],
  examples: [{ mapping: 'root = this.v.array()', input: '{"v":"a"}', output: '["a"]' }],
  prepare: () => (receiver) => (isArray(receiver) ? receiver : [receiver]),
});
