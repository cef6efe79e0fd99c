import type { MethodDefinition } from '../definition.ts';
import { compileRegex, testRegex } from '../kernels/regular-expression.ts';
import { plainText } from '../receivers.ts';

export const reMatch: MethodDefinition = {
  kind: 'method',
  name: 're_match',
  tier: 'core',
  status: 'stable',
  category: 'Regular Expressions',
  description: 'Tells whether a regular expression (RE2) matches somewhere in the text.',
  parameters: [{ name: 'pattern', type: 'string', description: 'The expression.' }],
  prepare: (args) => {
    const regex = compileRegex(args.run, args.string('pattern'));
    return (receiver, scope) => testRegex(scope.run, regex, plainText(receiver));
  },
  examples: [
    { mapping: 'root = this.v.re_match("[0-9]")', input: '{"v":"there are 10 puppies"}', output: 'true' },
  ],
};
