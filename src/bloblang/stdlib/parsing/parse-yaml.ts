import { wrap } from '../../errors.ts';
import type { MethodDefinition } from '../definition.ts';
import { parseYaml, payForYaml } from '../kernels/yaml.ts';
import { plainText } from '../receivers.ts';

export const parseYamlText: MethodDefinition = {
  kind: 'method',
  name: 'parse_yaml',
  tier: 'library',
  status: 'stable',
  category: 'Parsing',
  description: 'Reads a YAML document out of a text.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const text = plainText(receiver);
    payForYaml(scope.run, text);
    try {
      return parseYaml(scope.run, text);
    } catch (error) {
      throw wrap('failed to parse value as YAML: ', error);
    }
  },
  examples: [
    {
      mapping: 'root = this.v.parse_yaml()',
      input: '{"v":"foo: bar\\nlist:\\n  - 1\\n  - true"}',
      output: '{"foo":"bar","list":[1,true]}',
    },
  ],
};
