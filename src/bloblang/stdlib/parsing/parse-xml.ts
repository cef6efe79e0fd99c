import type { MethodDefinition } from '../definition.ts';
import { parseXml } from '../kernels/xml.ts';
import { textReceiver } from '../receivers.ts';

export const parseXmlText: MethodDefinition = {
  kind: 'method',
  name: 'parse_xml',
  tier: 'library',
  status: 'stable',
  category: 'Parsing',
  description: 'Reads an XML document: attributes become keys with `-` in front, text beside them `#text`.',
  parameters: [
    {
      name: 'cast',
      type: 'bool',
      default: false,
      description: 'Make numbers and bools of texts that say one.',
    },
  ],
  annotates: false,
  prepare: (args) => {
    const cast = args.bool('cast');
    return (receiver, scope) => {
      const text = textReceiver(receiver);
      // The parser takes up to half a microsecond and some 200 bytes per character.
      scope.run.step(text.length >> 2);
      scope.run.allocate(text.length * 160);
      return parseXml(scope.run, text, cast);
    };
  },
  examples: [
    {
      mapping: 'root = this.v.parse_xml()',
      input: '{"v":"<a b=\\"1\\"><c>x</c><c>2</c></a>"}',
      output: '{"a":{"-b":"1","c":["x","2"]}}',
    },
  ],
};
