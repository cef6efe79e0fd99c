import { isArray } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';

export const toArray: MethodDefinition = {
  kind: 'method',
  name: 'array',
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description: 'Puts the value in an array, unless it is one.',
  parameters: [],
  prepare: () => (receiver) => (isArray(receiver) ? receiver : [receiver]),
  examples: [{ mapping: 'root = this.v.array()', input: '{"v":"a"}', output: '["a"]' }],
};
