import { fail } from '../../errors.ts';
import { aString, type Documentation, defineFunction } from '../definition.ts';

export const variableValue = defineFunction(
  'var',
  [aString('name')],
  (args) => {
    const name = args.string(0);
    return (scope) => {
      const value = scope.activation.variables?.get(name);
      if (value === undefined) throw fail(`variable '${name}' undefined`);
      return value;
    };
  },
  { annotation: (args) => `variable ${args.string(0)}` },
);

export const documentation: Documentation = {
  definition: variableValue,
  tier: 'extended',
  status: 'hidden',
  category: 'General',
  description: 'Gives the value of a variable.',
  parameters: { name: 'Its name.' },
  examples: [{ mapping: 'let a = 5\nroot = var("a")', input: '{}', output: '5' }],
};
