import type { MethodDefinition } from '../definition.ts';
import { parseJsonPath, runJsonPath } from '../kernels/json-path.ts';

export const jsonPath: MethodDefinition = {
  kind: 'method',
  name: 'json_path',
  tier: 'library',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Gives what a JSONPath expression finds in the value: the value itself for a path to one place, else an array.',
  parameters: [
    {
      name: 'expression',
      type: 'string',
      description: 'The expression, such as `$.items[?(@.price > 10)].name`.',
    },
  ],
  prepare: (args) => {
    const expression = args.string('expression');
    args.run.allocate(expression.length * 64);
    const path = parseJsonPath(expression);
    return (receiver, scope) => runJsonPath(scope.run, path, receiver);
  },
  examples: [
    {
      mapping: 'root = this.json_path("$..name")',
      input: '{"name":"alice","foo":{"name":"bob"}}',
      output: '["alice","bob"]',
    },
    {
      mapping: 'root = this.json_path("$.v[?(@.n > 1)].s")',
      input: '{"v":[{"n":1,"s":"a"},{"n":2,"s":"b"}]}',
      output: '["b"]',
    },
  ],
};
