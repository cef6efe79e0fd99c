import { typeError } from '../../errors.ts';
import { decodeUtf8, encodeUtf8, isBytes } from '../../values.ts';
import { defineMethod } from '../definition.ts';

export const trimPrefix = defineMethod({
  name: 'trim_prefix',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Takes the prefix off the front of the text if it is there.',
  parameters: [{ name: 'prefix', type: 'string', description: 'The text to take off.' }],
  examples: [{ mapping: 'root = this.id.trim_prefix("acct_")', input: '{"id":"acct_12"}', output: '"12"' }],
  prepare: (args) => {
    const prefix = args.string(0);
    const trim = (text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text);
    return (receiver, scope) => {
      if (typeof receiver === 'string') return scope.run.made(trim(receiver));
      if (isBytes(receiver)) return encodeUtf8(trim(decodeUtf8(receiver)));
      throw typeError('string', receiver);
    };
  },
});
