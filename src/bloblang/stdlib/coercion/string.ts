import { valueText } from '../../json.ts';
import type { MethodDefinition } from '../definition.ts';

export const toText: MethodDefinition = {
  kind: 'method',
  name: 'string',
  tier: 'core',
  status: 'stable',
  category: 'Type Coercion',
  description: 'Makes the value a text; arrays and objects become JSON.',
  parameters: [],
  prepare: () => (receiver, scope) =>
    typeof receiver === 'string' ? receiver : scope.run.made(valueText(receiver, scope.run)),
  examples: [
    { mapping: 'root = this.v.string()', input: '{"v":{"a":[1,true]}}', output: '"{\\"a\\":[1,true]}"' },
    { mapping: 'root = this.v.string()', input: '{"v":12.5}', output: '"12.5"' },
  ],
};
