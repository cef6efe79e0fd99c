import { DELETED } from '../../values.ts';
import { type Documentation, defineFunction } from '../definition.ts';

export const deleted = defineFunction('deleted', [], () => () => DELETED, {
  annotation: () => 'delete',
  literal: DELETED,
});

export const documentation: Documentation = {
  definition: deleted,
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Assigned to something it takes it away; assigned to `root` it drops the message.',
  examples: [{ mapping: 'root.a = this.a\nroot.b = deleted()', input: '{"a":1,"b":2}', output: '{"a":1}' }],
};
