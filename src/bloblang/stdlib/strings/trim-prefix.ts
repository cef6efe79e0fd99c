import { stepBytes, stringSize } from '../../runtime.ts';
import { aString, type Documentation, defineMethod } from '../definition.ts';
import { mapText, plainText } from '../receivers.ts';

export const trimPrefix = defineMethod('trim_prefix', [aString('prefix')], (args) => {
  const prefix = args.string(0);
  const trim = (text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text);
  return (receiver, scope) => {
    stepBytes(scope, stringSize(plainText(receiver)));
    return mapText(receiver, trim);
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
