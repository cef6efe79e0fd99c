import type { MethodDefinition } from '../definition.ts';
import { compileRegex, Matches } from '../kernels/regular-expression.ts';
import { plainText } from '../receivers.ts';

export const reFindAll: MethodDefinition = {
  kind: 'method',
  name: 're_find_all',
  tier: 'core',
  status: 'stable',
  category: 'Regular Expressions',
  description: 'Gives all that a regular expression matches in the text.',
  parameters: [{ name: 'pattern', type: 'string', description: 'The expression.' }],
  prepare: (args) => {
    const regex = compileRegex(args.run, args.string('pattern'));
    return (receiver, scope) => {
      const found: string[] = [];
      const matches = new Matches(scope.run, regex, plainText(receiver));
      while (matches.next()) {
        scope.run.allocate(16);
        found.push(scope.run.made(matches.group(0)));
      }
      return found;
    };
  },
  examples: [
    { mapping: 'root = this.v.re_find_all("a.")', input: '{"v":"paranormal"}', output: '["ar","an","al"]' },
  ],
};
