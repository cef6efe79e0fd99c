import { fail } from '../../errors.ts';
import type { FunctionDefinition } from '../definition.ts';

export const throwError: FunctionDefinition = {
  kind: 'function',
  name: 'throw',
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Fails with the text given; `catch` can take it up.',
  parameters: [{ name: 'why', type: 'string', description: 'The text of the error.' }],
  prepare: (args) => {
    const why = args.string('why');
    return () => {
      throw fail(why);
    };
  },
  examples: [
    {
      mapping: 'root = if this.id == null { throw("no id") } else { this.id }',
      input: '{}',
      error: 'failed assignment (line 1): no id',
    },
  ],
};
