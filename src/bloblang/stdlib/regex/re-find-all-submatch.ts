import type { MethodDefinition } from '../definition.ts';
import { compileRegex, Matches } from '../kernels/regular-expression.ts';
import { plainText } from '../receivers.ts';

export const reFindAllSubmatch: MethodDefinition = {
  kind: 'method',
  name: 're_find_all_submatch',
  tier: 'extended',
  status: 'stable',
  category: 'Regular Expressions',
  description: 'Gives for every match of a regular expression the match and its groups.',
  parameters: [{ name: 'pattern', type: 'string', description: 'The expression.' }],
  prepare: (args) => {
    const regex = compileRegex(args.run, args.string('pattern'));
    return (receiver, scope) => {
      const found: string[][] = [];
      const matches = new Matches(scope.run, regex, plainText(receiver));
      while (matches.next()) {
        const groups = matches.groups();
        scope.run.allocateEntries(groups.length + 1);
        found.push(groups.map((group) => scope.run.made(group)));
      }
      return found;
    };
  },
  examples: [
    {
      mapping: 'root = this.v.re_find_all_submatch("a(x*)b")',
      input: '{"v":"-axxb-ab-"}',
      output: '[["axxb","xx"],["ab",""]]',
    },
  ],
};
