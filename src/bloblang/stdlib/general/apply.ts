import { applyMap } from '../../runtime.ts';
import type { ClosureMethodDefinition } from '../definition.ts';

export const apply: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'apply',
  tier: 'core',
  status: 'stable',
  category: 'General',
  description: 'Runs a map of the mapping on the value and gives its root.',
  parameters: [{ name: 'mapping', type: 'string', description: 'The name of the map.' }],
  annotation: (args) => `map ${args.string('mapping')}`,
  prepare: (args, receiver) => {
    const name = args.string('mapping');
    return (scope) => applyMap(scope, name, receiver.evaluate(scope));
  },
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
