import { isArray } from '../../values.ts';
import { type Documentation, defineMethod } from '../definition.ts';

export const toArray = defineMethod(
  'array',
  [],
  () => (receiver) => (isArray(receiver) ? receiver : [receiver]),
);

export const documentation: Documentation = {
  definition: toArray,
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description: 'Puts the value in an array, unless it is one.',
  examples: [{ mapping: 'root = this.v.array()', input: '{"v":"a"}', output: '["a"]' }],
};
