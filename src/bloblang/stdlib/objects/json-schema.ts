import type { MethodDefinition } from '../definition.ts';
import { JsonSchema } from '../kernels/json-schema.ts';

export const jsonSchema: MethodDefinition = {
  kind: 'method',
  name: 'json_schema',
  tier: 'library',
  status: 'beta',
  category: 'Object & Array Manipulation',
  description: 'Gives the value if it fits a JSON Schema, and fails with what does not if it does not.',
  parameters: [
    {
      name: 'schema',
      type: 'string',
      description: 'The schema, as JSON text; its references may lead only within it.',
    },
  ],
  prepare: (args) => {
    const schema = new JsonSchema(args.run, args.string('schema'));
    return (receiver, scope) => {
      schema.check(scope.run, receiver);
      return receiver;
    };
  },
  examples: [
    {
      mapping: 'root = this.json_schema("""{"type":"object","required":["id"]}""")',
      input: '{"id":1}',
      output: '{"id":1}',
    },
    {
      mapping: 'root = this.json_schema("""{"properties":{"id":{"type":"string"}}}""")',
      input: '{"id":1}',
      error: 'failed assignment (line 1): field `this`: id invalid type. expected: string, given: integer',
    },
  ],
};
