import type { MethodDefinition } from '../definition.ts';
import { compileRegex, parseTemplate, replaceMatches } from '../kernels/regular-expression.ts';
import { plainText } from '../receivers.ts';

export const reReplaceAll: MethodDefinition = {
  kind: 'method',
  name: 're_replace_all',
  aliases: ['re_replace'],
  tier: 'core',
  status: 'stable',
  category: 'Regular Expressions',
  description:
    'Puts a text in the place of all that a regular expression matches; `$1` or `$name` stands for a group.',
  parameters: [
    { name: 'pattern', type: 'string', description: 'The expression.' },
    { name: 'value', type: 'string', description: 'The text to put in.' },
  ],
  prepare: (args) => {
    const regex = compileRegex(args.run, args.string('pattern'));
    const template = parseTemplate(args.run, args.string('value'), regex);
    return (receiver, scope) => replaceMatches(scope.run, regex, template, plainText(receiver));
  },
  examples: [
    {
      mapping: 'root = this.v.re_replace_all("ADD ([0-9]+)", "+($1)")',
      input: '{"v":"foo ADD 70"}',
      output: '"foo +(70)"',
    },
  ],
};
