import { allocateEntries, stepBytes } from '../../runtime.ts';
import { aString, type Documentation, defineMethod, STATIC } from '../definition.ts';
import { parseTimestamp } from '../kernels/timestamp-coercion.ts';
import { textReceiver } from '../receivers.ts';

export const tsParse = defineMethod(
  'ts_parse',
  [aString('format')],
  (args) => {
    const layout = args.string(0);
    return (receiver, scope) => {
      const text = textReceiver(receiver);
      stepBytes(scope, text.length);
      allocateEntries(scope, layout.length);
      return parseTimestamp(text, layout);
    };
  },
  STATIC,
);

export const documentation: Documentation = {
  definition: tsParse,
  tier: 'core',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description:
    'Reads a time out of a text by a Go layout, which shows how 2 January 2006, 15:04:05 would look.',
  parameters: { format: 'The layout.' },
  examples: [
    {
      mapping: 'root = this.v.ts_parse("2006-Jan-02")',
      input: '{"v":"2020-Aug-14"}',
      output: '"2020-08-14T00:00:00Z"',
    },
  ],
};
