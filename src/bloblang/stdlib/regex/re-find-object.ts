import { isBytes } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { compileRegex, groupNames, groupObject, Matches } from '../kernels/regular-expression.ts';
import { plainText } from '../receivers.ts';

export const reFindObject: MethodDefinition = {
  kind: 'method',
  name: 're_find_object',
  tier: 'extended',
  status: 'stable',
  category: 'Regular Expressions',
  description:
    'Gives the first match of a regular expression as an object of its groups by name or number; `0` is the whole.',
  parameters: [{ name: 'pattern', type: 'string', description: 'The expression.' }],
  prepare: (args) => {
    const regex = compileRegex(args.run, args.string('pattern'));
    const names = groupNames(regex);
    return (receiver, scope) => {
      const asBytes = isBytes(receiver);
      const matches = new Matches(scope.run, regex, plainText(receiver));
      return matches.next() ? groupObject(scope.run, names, matches.groups(), asBytes) : {};
    };
  },
  examples: [
    {
      mapping: 'root = this.v.re_find_object("a(?P<foo>x*)b")',
      input: '{"v":"-axxb-ab-"}',
      output: '{"0":"axxb","foo":"xx"}',
    },
  ],
};
