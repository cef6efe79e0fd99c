import { byteLength } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { mapText } from '../receivers.ts';

export const trimPrefix: MethodDefinition = {
  kind: 'method',
  name: 'trim_prefix',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Takes the prefix off the front of the text if it is there.',
  parameters: [{ name: 'prefix', type: 'string', description: 'The text to take off.' }],
  prepare: (args) => {
    const prefix = args.string('prefix');
    return (receiver, scope) =>
      mapText(receiver, (text) => {
        scope.run.stepBytes(byteLength(text));
        return text.startsWith(prefix) ? text.slice(prefix.length) : text;
      });
  },
  examples: [{ mapping: 'root = this.id.trim_prefix("acct_")', input: '{"id":"acct_12"}', output: '"12"' }],
};
