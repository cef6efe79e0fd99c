import { aBool, type Documentation, defineMethod, PLUGIN } from '../definition.ts';
import { parseXml } from '../kernels/xml.ts';
import { textReceiver } from '../receivers.ts';

export const parseXmlText = defineMethod(
  'parse_xml',
  [aBool('cast', { default: false })],
  (args) => {
    const cast = args.bool(0);
    return (receiver, scope) => {
      const text = textReceiver(receiver);
      scope.run.allocate(text.length * 4);
      return parseXml(scope.run, text, cast);
    };
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: parseXmlText,
  tier: 'library',
  status: 'stable',
  category: 'Parsing',
  description: 'Reads an XML document: attributes become keys with `-` in front, text beside them `#text`.',
  parameters: { cast: 'Make numbers and bools of texts that say one.' },
  examples: [
    {
      mapping: 'root = this.v.parse_xml()',
      input: '{"v":"<a b=\\"1\\"><c>x</c><c>2</c></a>"}',
      output: '{"a":{"-b":"1","c":["x","2"]}}',
    },
  ],
};
