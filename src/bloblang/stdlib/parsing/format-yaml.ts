import { encodeUtf8 } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { formatYaml } from '../kernels/yaml.ts';

export const formatYamlText: MethodDefinition = {
  kind: 'method',
  name: 'format_yaml',
  tier: 'library',
  status: 'stable',
  category: 'Parsing',
  description: 'Writes the value as YAML.',
  parameters: [],
  prepare: () => (receiver, scope) => encodeUtf8(formatYaml(scope.run, receiver)),
  examples: [
    {
      mapping: 'root = this.doc.format_yaml().string()',
      input: '{"doc":{"foo":"bar"}}',
      output: '"foo: bar\\n"',
    },
  ],
};
