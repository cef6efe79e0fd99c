import { fail } from '../../errors.ts';
import type { MethodDefinition } from '../definition.ts';

export const notNull: MethodDefinition = {
  kind: 'method',
  name: 'not_null',
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description: 'Gives the value, and fails if it is null.',
  parameters: [],
  prepare: () => (receiver) => {
    if (receiver === null || receiver === undefined) throw fail('value is null');
    return receiver;
  },
  examples: [
    {
      mapping: 'root = this.a.not_null()',
      input: '{"b":1}',
      error: 'failed assignment (line 1): field `this.a`: value is null',
    },
  ],
};
