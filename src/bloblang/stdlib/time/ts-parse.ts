import type { MethodDefinition } from '../definition.ts';
import { layoutOf, TAKEN_APART_BYTES } from '../kernels/go-time-layout.ts';
import { parseTimestamp } from '../kernels/timestamp-coercion.ts';
import { textReceiver } from '../receivers.ts';

export const tsParse: MethodDefinition = {
  kind: 'method',
  name: 'ts_parse',
  tier: 'core',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description:
    'Reads a time out of a text by a Go layout, which shows how 2 January 2006, 15:04:05 would look.',
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
      return parseTimestamp(text, layout);
    };
  },
  examples: [
    {
      mapping: 'root = this.v.ts_parse("2006-Jan-02")',
      input: '{"v":"2020-Aug-14"}',
      output: '"2020-08-14T00:00:00Z"',
    },
  ],
};
