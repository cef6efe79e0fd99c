import { aString, type Documentation, defineMethod } from '../definition.ts';
import { replaceEvery } from '../kernels/text-pieces.ts';
import { mapText } from '../receivers.ts';

export const replaceAll = defineMethod(
  'replace_all',
  [aString('old'), aString('new')],
  (args) => {
    const old = args.string(0);
    const replacement = args.string(1);
    return (receiver, scope) => mapText(receiver, (text) => replaceEvery(scope.run, text, old, replacement));
  },
  { aliases: ['replace'] },
);

export const documentation: Documentation = {
  definition: replaceAll,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Puts the second argument wherever the first stands in the text.',
  parameters: { old: 'The text to replace.', new: 'The text to put in its place.' },
  examples: [
    {
      mapping: 'root = this.v.replace_all("foo","dog")',
      input: '{"v":"The foo ate my foo"}',
      output: '"The dog ate my dog"',
    },
  ],
};
