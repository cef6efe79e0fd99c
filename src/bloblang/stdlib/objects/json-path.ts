import { aString, type Documentation, defineMethod } from '../definition.ts';
import { parseJsonPath, runJsonPath } from '../kernels/json-path.ts';

export const jsonPath = defineMethod('json_path', [aString('expression')], (args) => {
  const path = parseJsonPath(args.string(0));
  return (receiver, scope) => runJsonPath(scope.run, path, receiver);
});

export const documentation: Documentation = {
  definition: jsonPath,
  tier: 'library',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Gives what a JSONPath expression finds in the value: the value itself for a path to one place, else an array.',
  parameters: { expression: 'The expression, such as `$.items[?(@.price > 10)].name`.' },
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
