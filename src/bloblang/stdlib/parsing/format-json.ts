import { encodeJson } from '../../json.ts';
import { encodeUtf8 } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';

export const formatJson: MethodDefinition = {
  kind: 'method',
  name: 'format_json',
  tier: 'extended',
  status: 'beta',
  category: 'Parsing',
  description: 'Writes the value as JSON, indented by four spaces unless told otherwise.',
  parameters: [
    { name: 'indent', type: 'string', default: '    ', description: 'What to indent by.' },
    { name: 'no_indent', type: 'bool', default: false, description: 'All on one line.' },
    { name: 'escape_html', type: 'bool', default: true, description: 'Write `<`, `>` and `&` as escapes.' },
  ],
  prepare: (args) => {
    const indent = args.string('indent');
    // An empty indent means no indent, so everything is on one line.
    const noIndent = args.bool('no_indent') || indent === '';
    const escapeHtml = args.bool('escape_html');
    return (receiver, scope) => {
      const { run } = scope;
      const maxLength = run.limits.stringBytes;
      const text = encodeJson(
        receiver,
        noIndent ? { escapeHtml, maxLength, run } : { escapeHtml, indent, maxLength, run },
      );
      return encodeUtf8(run.made(text));
    };
  },
  examples: [
    {
      mapping: 'root = this.v.format_json("  ").string()',
      input: '{"v":{"a":1}}',
      output: '"{\\n  \\"a\\": 1\\n}"',
    },
    {
      mapping: 'root = this.v.format_json(no_indent: true).string()',
      input: '{"v":{"a":1}}',
      output: '"{\\"a\\":1}"',
    },
  ],
};
