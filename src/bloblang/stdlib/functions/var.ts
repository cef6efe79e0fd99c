import { fail } from '../../errors.ts';
import type { FunctionDefinition } from '../definition.ts';

export const variableValue: FunctionDefinition = {
  kind: 'function',
  name: 'var',
  tier: 'extended',
  status: 'hidden',
  category: 'General',
  description: 'Gives the value of a variable.',
  parameters: [{ name: 'name', type: 'string', description: 'Its name.' }],
  annotation: (args) => `variable ${args.string('name')}`,
  prepare: (args) => {
    const name = args.string('name');
    return (scope) => {
      const value = scope.activation.variables?.get(name);
      if (value === undefined) throw fail(`variable '${name}' undefined`);
      return value;
    };
  },
  examples: [{ mapping: 'let a = 5\nroot = var("a")', input: '{}', output: '5' }],
};
