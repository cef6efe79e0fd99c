import { fail } from '../../errors.ts';
import { stepBytes } from '../../runtime.ts';
import { timestampText } from '../../text.ts';
import { aString, type Documentation, defineMethod, STATIC } from '../definition.ts';
import { strptime } from '../kernels/strftime.ts';
import { timestampOf } from '../kernels/timestamp-coercion.ts';
import { textReceiver } from '../receivers.ts';

export const parseTimestampStrptime = defineMethod(
  'parse_timestamp_strptime',
  [aString('format')],
  (args) => {
    const format = args.string(0);
    return (receiver, scope) => {
      const text = textReceiver(receiver);
      stepBytes(scope, text.length + format.length);
      const parsed = strptime(text, format);
      if (!parsed.ok) throw fail(parsed.message);
      return timestampText(timestampOf(parsed.value));
    };
  },
  STATIC,
);

export const documentation: Documentation = {
  definition: parseTimestampStrptime,
  tier: 'extended',
  status: 'deprecated',
  category: 'Deprecated',
  description:
    'Reads a time out of a text by a format such as `%Y-%m-%d` and gives it as RFC 3339. Use `ts_strptime`.',
  parameters: { format: 'The format.' },
  examples: [
    {
      mapping: 'root = this.v.parse_timestamp_strptime("%Y-%b-%d")',
      input: '{"v":"2020-Aug-14"}',
      output: '"2020-08-14T00:00:00Z"',
    },
  ],
};
