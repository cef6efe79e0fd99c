import { fail } from '../../errors.ts';
import { aString, type Documentation, defineFunction } from '../definition.ts';

export const throwError = defineFunction('throw', [aString('why')], (args) => {
  const why = args.string(0);
  return () => {
    throw fail(why);
  };
});

export const documentation: Documentation = {
  definition: throwError,
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Fails with the text given; `catch` can take it up.',
  parameters: { why: 'The text of the error.' },
  examples: [
    {
      mapping: 'root = if this.id == null { throw("no id") } else { this.id }',
      input: '{}',
      error: 'failed assignment (line 1): no id',
    },
  ],
};
