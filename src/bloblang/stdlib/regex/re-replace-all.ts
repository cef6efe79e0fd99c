import { aString, type Documentation, defineMethod } from '../definition.ts';
import { compileRegex, parseTemplate, replaceMatches } from '../kernels/regular-expression.ts';
import { plainText } from '../receivers.ts';

export const reReplaceAll = defineMethod(
  're_replace_all',
  [aString('pattern'), aString('value')],
  (args) => {
    const regex = compileRegex(args.string(0));
    const template = parseTemplate(args.string(1), regex);
    return (receiver, scope) => replaceMatches(scope.run, regex, template, plainText(receiver));
  },
  { aliases: ['re_replace'] },
);

export const documentation: Documentation = {
  definition: reReplaceAll,
  tier: 'core',
  status: 'stable',
  category: 'Regular Expressions',
  description:
    'Puts a text in the place of all that a regular expression matches; `$1` or `$name` stands for a group.',
  parameters: { pattern: 'The expression.', value: 'The text to put in.' },
  examples: [
    {
      mapping: 'root = this.v.re_replace_all("ADD ([0-9]+)", "+($1)")',
      input: '{"v":"foo ADD 70"}',
      output: '"foo +(70)"',
    },
  ],
};
