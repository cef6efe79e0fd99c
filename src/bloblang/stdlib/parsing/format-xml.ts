import { encodeUtf8 } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { formatXml } from '../kernels/xml.ts';
import { objectReceiver } from '../receivers.ts';

export const formatXmlText: MethodDefinition = {
  kind: 'method',
  name: 'format_xml',
  tier: 'library',
  status: 'stable',
  category: 'Parsing',
  description: 'Writes an object as XML, by the rules of `parse_xml`.',
  parameters: [
    { name: 'indent', type: 'string', default: '    ', description: 'What to indent by.' },
    { name: 'no_indent', type: 'bool', default: false, description: 'All on one line.' },
    { name: 'root_tag', type: 'string', optional: true, description: 'The name of the outermost element.' },
  ],
  annotates: false,
  prepare: (args) => {
    const indent = args.bool('no_indent') ? undefined : args.string('indent');
    const rootTag = args.has('root_tag') ? args.string('root_tag') : undefined;
    return (receiver, scope) => {
      const object = objectReceiver(receiver);
      return encodeUtf8(formatXml(scope.run, object, indent, rootTag));
    };
  },
  examples: [
    {
      mapping: 'root = this.v.format_xml(no_indent: true).string()',
      input: '{"v":{"a":{"-b":"1","c":["x","2"]}}}',
      output: '"<a b=\\"1\\"><c>x</c><c>2</c></a>"',
    },
  ],
};
