import { encodeUtf8 } from '../../values.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { formatYaml } from '../kernels/yaml.ts';

export const formatYamlText = defineMethod(
  'format_yaml',
  [],
  () => (receiver, scope) => encodeUtf8(formatYaml(scope.run, receiver)),
);

export const documentation: Documentation = {
  definition: formatYamlText,
  tier: 'library',
  status: 'stable',
  category: 'Parsing',
  description: 'Writes the value as YAML.',
  examples: [
    {
      mapping: 'root = this.doc.format_yaml().string()',
      input: '{"doc":{"foo":"bar"}}',
      output: '"foo: bar\\n"',
    },
  ],
};
