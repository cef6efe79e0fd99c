import { applyMap } from '../../runtime.ts';
import { aString, type Documentation, defineClosureMethod } from '../definition.ts';

export const apply = defineClosureMethod(
  'apply',
  [aString('mapping')],
  (args, receiver) => {
    const name = args.string(0);
    return (scope) => applyMap(scope, name, receiver.evaluate(scope));
  },
  { annotation: (args) => `map ${args.string(0)}` },
);

export const documentation: Documentation = {
  definition: apply,
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Runs a map of the mapping on the value and gives its root.',
  parameters: { mapping: 'The name of the map.' },
  examples: [
    {
      mapping: 'map name {\n  root.full = this.first + " " + this.last\n}\nroot = this.apply("name")',
      input: '{"first":"Ada","last":"Lovelace"}',
      output: '{"full":"Ada Lovelace"}',
    },
    {
      mapping: 'root = this.apply("none")',
      input: '{}',
      error: 'failed assignment (line 1): map none was not found',
    },
  ],
};
