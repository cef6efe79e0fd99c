import { valueText } from '../../json.ts';
import { encodeUtf8, isBytes } from '../../values.ts';
import { type Documentation, defineMethod } from '../definition.ts';

export const toBytes = defineMethod(
  'bytes',
  [],
  () => (receiver, scope) => (isBytes(receiver) ? receiver : encodeUtf8(scope.run.made(valueText(receiver)))),
);

export const documentation: Documentation = {
  definition: toBytes,
  tier: 'extended',
  status: 'stable',
  category: 'Type Coercion',
  description: 'Makes the value bytes: the UTF-8 of its text.',
  examples: [{ mapping: 'root = this.v.bytes().index(0)', input: '{"v":"foobar"}', output: '102' }],
};
