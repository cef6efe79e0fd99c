import { NOTHING } from '../../values.ts';
import type { FunctionDefinition } from '../definition.ts';

export const nothing: FunctionDefinition = {
  kind: 'function',
  name: 'nothing',
  tier: 'core',
  status: 'hidden',
  category: 'General',
  description: 'Assigned to something it leaves it as it was.',
  parameters: [],
  literal: NOTHING,
  annotation: () => 'nothing',
  prepare: () => () => NOTHING,
  examples: [{ mapping: 'root.a = 1\nroot.a = nothing()', input: '{}', output: '{"a":1}' }],
};
