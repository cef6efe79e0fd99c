import { fail } from '../../errors.ts';
import { defineFunction } from '../definition.ts';

export const throwError = defineFunction({
  name: 'throw',
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Fails with the text given; `catch` can take it up.',
  parameters: [{ name: 'why', type: 'string', description: 'The text of the error.' }],
  examples: [
    {
      mapping: 'root = if this.id == null { throw("no id") } else { this.id }',
      input: '{}',
      error: 'failed assignment (line 1): no id',
    },
  ],
  prepare: (args) => {
    const why = args.string(0);
    return () => {
      throw fail(why);
    };
  },
});
