import { fail } from '../../errors.ts';
import { type ObjectBuilder, setOwn } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { parseLogfmt } from '../kernels/logfmt.ts';
import { payForPairs } from '../kernels/text-pieces.ts';
import { textReceiver } from '../receivers.ts';

export const parseLogfmtText: MethodDefinition = {
  kind: 'method',
  name: 'parse_logfmt',
  tier: 'extended',
  status: 'stable',
  category: 'Parsing',
  description: 'Reads a line of `key=value` pairs; a key alone is true.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const text = textReceiver(receiver);
    payForPairs(scope.run, text, /\s/g);
    scope.run.step(text.length >> 3);
    const parsed = parseLogfmt(text);
    if (!parsed.ok) throw fail(parsed.message);
    const values: ObjectBuilder = {};
    for (const [key, value] of parsed.value) setOwn(values, key, value);
    return values;
  },
  examples: [
    {
      mapping: 'root = this.v.parse_logfmt()',
      input: '{"v":"level=info msg=\\"a b\\" ok"}',
      output: '{"level":"info","msg":"a b","ok":true}',
    },
  ],
};
