import { fail } from '../../errors.ts';
import type { MethodDefinition } from '../definition.ts';
import { payForStrptime, strptime } from '../kernels/strftime.ts';
import { timestampOf } from '../kernels/timestamp-coercion.ts';
import { textReceiver } from '../receivers.ts';

export const tsStrptime: MethodDefinition = {
  kind: 'method',
  name: 'ts_strptime',
  tier: 'extended',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: 'Reads a time out of a text by a format such as `%Y-%m-%d`.',
  parameters: [{ name: 'format', type: 'string', description: 'The format.' }],
  annotates: false,
  folds: true,
  prepare: (args) => {
    const format = args.string('format');
    return (receiver, scope) => {
      const text = textReceiver(receiver);
      payForStrptime(scope.run, text, format);
      const parsed = strptime(text, format);
      if (!parsed.ok) throw fail(parsed.message);
      return timestampOf(parsed.value);
    };
  },
  examples: [
    {
      mapping: 'root = this.v.ts_strptime("%Y-%b-%d")',
      input: '{"v":"2020-Aug-14"}',
      output: '"2020-08-14T00:00:00Z"',
    },
  ],
};
