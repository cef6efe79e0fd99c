import { timestampText } from '../../text.ts';
import type { MethodDefinition } from '../definition.ts';
import { layoutOf, TAKEN_APART_BYTES } from '../kernels/go-time-layout.ts';
import { parseTimestamp } from '../kernels/timestamp-coercion.ts';
import { textReceiver } from '../receivers.ts';

export const parseTimestampText: MethodDefinition = {
  kind: 'method',
  name: 'parse_timestamp',
  tier: 'extended',
  status: 'deprecated',
  category: 'Deprecated',
  description: 'Reads a time out of a text by a Go layout and gives it as RFC 3339. Use `ts_parse`.',
  parameters: [{ name: 'format', type: 'string', description: 'The layout.' }],
  annotates: false,
  folds: true,
  prepare: (args) => {
    const format = args.string('format');
    args.run.allocate(format.length * TAKEN_APART_BYTES);
    const layout = layoutOf(format);
    return (receiver, scope) => {
      const text = textReceiver(receiver);
      scope.run.stepBytes(text.length);
      scope.run.allocateEntries(format.length);
      return timestampText(parseTimestamp(text, layout));
    };
  },
  examples: [
    {
      mapping: 'root = this.v.parse_timestamp("2006-Jan-02")',
      input: '{"v":"2020-Aug-14"}',
      output: '"2020-08-14T00:00:00Z"',
    },
  ],
};
