import { encodeUtf8 } from '../../values.ts';
import { aBool, aString, type Documentation, defineMethod, OPTIONAL, PLUGIN } from '../definition.ts';
import { formatXml } from '../kernels/xml.ts';
import { objectReceiver } from '../receivers.ts';

export const formatXmlText = defineMethod(
  'format_xml',
  [
    aString('indent', { default: '    ' }),
    aBool('no_indent', { default: false }),
    aString('root_tag', OPTIONAL),
  ],
  (args) => {
    const indent = args.bool(1) ? undefined : args.string(0);
    const rootTag = args.has(2) ? args.string(2) : undefined;
    return (receiver, scope) => {
      const object = objectReceiver(receiver);
      return encodeUtf8(formatXml(scope.run, object, indent, rootTag));
    };
  },
  PLUGIN,
);

export const documentation: Documentation = {
  definition: formatXmlText,
  tier: 'library',
  status: 'stable',
  category: 'Parsing',
  description: 'Writes an object as XML, by the rules of `parse_xml`.',
  parameters: {
    indent: 'What to indent by.',
    no_indent: 'All on one line.',
    root_tag: 'The name of the outermost element.',
  },
  examples: [
    {
      mapping: 'root = this.v.format_xml(no_indent: true).string()',
      input: '{"v":{"a":{"-b":"1","c":["x","2"]}}}',
      output: '"<a b=\\"1\\"><c>x</c><c>2</c></a>"',
    },
  ],
};
