import { NOTHING } from '../../values.ts';
import { type Documentation, defineFunction } from '../definition.ts';

export const nothing = defineFunction('nothing', [], () => () => NOTHING, {
  annotation: () => 'nothing',
  literal: NOTHING,
});

export const documentation: Documentation = {
  definition: nothing,
  tier: 'core',
  status: 'hidden',
  category: 'General',
  description: 'Assigned to something it leaves it as it was.',
  examples: [{ mapping: 'root.a = 1\nroot.a = nothing()', input: '{}', output: '{"a":1}' }],
};
