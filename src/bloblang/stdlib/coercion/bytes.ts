import { valueText } from '../../json.ts';
import { encodeUtf8, isBytes } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';

export const toBytes: MethodDefinition = {
  kind: 'method',
  name: 'bytes',
  tier: 'extended',
  status: 'stable',
  category: 'Type Coercion',
  description: 'Makes the value bytes: the UTF-8 of its text.',
  parameters: [],
  prepare: () => (receiver, scope) =>
    isBytes(receiver) ? receiver : encodeUtf8(scope.run.made(valueText(receiver, scope.run))),
  examples: [{ mapping: 'root = this.v.bytes().index(0)', input: '{"v":"foobar"}', output: '102' }],
};
