import { fail, wrap } from '../../errors.ts';
import { goValueText } from '../../go-text.ts';
import type { MethodDefinition } from '../definition.ts';
import { replaceEvery } from '../kernels/text-pieces.ts';
import { mapText, textElement } from '../receivers.ts';

export const replaceAllMany: MethodDefinition = {
  kind: 'method',
  name: 'replace_all_many',
  aliases: ['replace_many'],
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description:
    'Replaces several texts one after the other, given as pairs of what to look for and what to put in its place.',
  parameters: [{ name: 'values', type: 'array', description: 'Pairs: old, new, old, new.' }],
  prepare: (args) => {
    const values = args.array('values');
    if (values.length % 2 !== 0) {
      const shown = goValueText(values, args.run);
      throw fail(`invalid arg, replacements should be in pairs and must therefore be even: ${shown}`);
    }
    args.run.step(values.length >> 3);
    const texts = values.map((value, index) => {
      try {
        return textElement(args.run, value);
      } catch (error) {
        throw wrap(`invalid replacement value at index ${index}: `, error);
      }
    });
    return (receiver, scope) =>
      mapText(receiver, (text) => {
        let result = text;
        // Each part is searched for, even in a shorter text.
        scope.run.step(texts.length >> 3);
        for (let i = 0; i + 1 < texts.length; i += 2) {
          result = replaceEvery(scope.run, result, texts[i] ?? '', texts[i + 1] ?? '');
        }
        return result;
      });
  },
  examples: [
    {
      mapping: 'root = this.v.replace_all_many(["<b>","*","</b>","*"])',
      input: '{"v":"<b>hi</b>"}',
      output: '"*hi*"',
    },
  ],
};
