import { aString, type Documentation, defineMethod } from '../definition.ts';
import { compileRegex, testRegex } from '../kernels/regular-expression.ts';
import { plainText } from '../receivers.ts';

export const reMatch = defineMethod('re_match', [aString('pattern')], (args) => {
  const regex = compileRegex(args.string(0));
  return (receiver, scope) => testRegex(scope.run, regex, plainText(receiver));
});

export const documentation: Documentation = {
  definition: reMatch,
  tier: 'core',
  status: 'stable',
  category: 'Regular Expressions',
  description: 'Tells whether a regular expression (RE2) matches somewhere in the text.',
  parameters: { pattern: 'The expression.' },
  examples: [
    { mapping: 'root = this.v.re_match("[0-9]")', input: '{"v":"there are 10 puppies"}', output: 'true' },
  ],
};
