import { DELETED } from '../../values.ts';
import type { FunctionDefinition } from '../definition.ts';

export const deleted: FunctionDefinition = {
  kind: 'function',
  name: 'deleted',
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Assigned to something it takes it away; assigned to `root` it drops the message.',
  parameters: [],
  literal: DELETED,
  annotation: () => 'delete',
  prepare: () => () => DELETED,
  examples: [{ mapping: 'root.a = this.a\nroot.b = deleted()', input: '{"a":1,"b":2}', output: '{"a":1}' }],
};
