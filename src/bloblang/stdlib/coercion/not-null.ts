import { fail } from '../../errors.ts';
import { type Documentation, defineMethod } from '../definition.ts';

export const notNull = defineMethod('not_null', [], () => (receiver) => {
  if (receiver === null || receiver === undefined) throw fail('value is null');
  return receiver;
});

export const documentation: Documentation = {
  definition: notNull,
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description: 'Gives the value, and fails if it is null.',
  examples: [
    {
      mapping: 'root = this.a.not_null()',
      input: '{"b":1}',
      error: 'failed assignment (line 1): field `this.a`: value is null',
    },
  ],
};
