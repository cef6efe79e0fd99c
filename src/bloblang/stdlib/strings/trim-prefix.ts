import { typeError } from '../../errors.ts';
import { decodeUtf8, encodeUtf8, isBytes } from '../../values.ts';
import { aString, type Documentation, defineMethod } from '../definition.ts';

export const trimPrefix = defineMethod('trim_prefix', [aString('prefix')], (args) => {
  const prefix = args.string(0);
  const trim = (text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text);
  return (receiver, scope) => {
    if (typeof receiver === 'string') return scope.run.made(trim(receiver));
    if (isBytes(receiver)) return encodeUtf8(trim(decodeUtf8(receiver)));
    throw typeError('string', receiver);
  };
});

export const documentation: Documentation = {
  definition: trimPrefix,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Takes the prefix off the front of the text if it is there.',
  parameters: { prefix: 'The text to take off.' },
  examples: [{ mapping: 'root = this.id.trim_prefix("acct_")', input: '{"id":"acct_12"}', output: '"12"' }],
};
