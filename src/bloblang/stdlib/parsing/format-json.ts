import { encodeJson } from '../../json.ts';
import { encodeUtf8 } from '../../values.ts';
import { aBool, aString, type Documentation, defineMethod } from '../definition.ts';

export const formatJson = defineMethod(
  'format_json',
  [
    aString('indent', { default: '    ' }),
    aBool('no_indent', { default: false }),
    aBool('escape_html', { default: true }),
  ],
  (args) => {
    const indent = args.string(0);
    // An empty indent is no indent: everything on one line.
    const noIndent = args.bool(1) || indent === '';
    const escapeHtml = args.bool(2);
    return (receiver, scope) => {
      const { run } = scope;
      const maxLength = run.limits.stringBytes;
      const text = encodeJson(
        receiver,
        noIndent ? { escapeHtml, maxLength } : { escapeHtml, indent, maxLength },
      );
      return encodeUtf8(run.made(text));
    };
  },
);

export const documentation: Documentation = {
  definition: formatJson,
  tier: 'extended',
  status: 'beta',
  category: 'Parsing',
  description: 'Writes the value as JSON, indented by four spaces unless told otherwise.',
  parameters: {
    indent: 'What to indent by.',
    no_indent: 'All on one line.',
    escape_html: 'Write `<`, `>` and `&` as escapes.',
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
