import { NOTHING } from '../../values.ts';
import { defineFunction } from '../definition.ts';

export const nothing = defineFunction({
  name: 'nothing',
  tier: 'core',
  status: 'hidden',
  category: 'General',
  description: 'Assigned to something it leaves it as it was.',
  parameters: [],
  examples: [{ mapping: 'root.a = 1\nroot.a = nothing()', input: '{}', output: '{"a":1}' }],
  annotation: () => 'nothing',
  literal: NOTHING,
  prepare: () => () => NOTHING,
});
