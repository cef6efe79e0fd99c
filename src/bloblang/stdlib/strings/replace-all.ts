import type { MethodDefinition } from '../definition.ts';
import { replaceEvery } from '../kernels/text-pieces.ts';
import { mapText } from '../receivers.ts';

export const replaceAll: MethodDefinition = {
  kind: 'method',
  name: 'replace_all',
  aliases: ['replace'],
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Puts the second argument wherever the first stands in the text.',
  parameters: [
    { name: 'old', type: 'string', description: 'The text to replace.' },
    { name: 'new', type: 'string', description: 'The text to put in its place.' },
  ],
  prepare: (args) => {
    const old = args.string('old');
    const replacement = args.string('new');
    return (receiver, scope) => mapText(receiver, (text) => replaceEvery(scope.run, text, old, replacement));
  },
  examples: [
    {
      mapping: 'root = this.v.replace_all("foo","dog")',
      input: '{"v":"The foo ate my foo"}',
      output: '"The dog ate my dog"',
    },
  ],
};
