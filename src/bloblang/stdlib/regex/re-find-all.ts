import { aString, type Documentation, defineMethod } from '../definition.ts';
import { compileRegex, matchesOf } from '../kernels/regular-expression.ts';
import { plainText } from '../receivers.ts';

export const reFindAll = defineMethod('re_find_all', [aString('pattern')], (args) => {
  const regex = compileRegex(args.string(0));
  return (receiver, scope) => {
    const found: string[] = [];
    for (const { groups } of matchesOf(scope.run, regex, plainText(receiver))) {
      scope.run.allocate(16);
      found.push(scope.run.made(groups[0] ?? ''));
    }
    return found;
  };
});

export const documentation: Documentation = {
  definition: reFindAll,
  tier: 'core',
  status: 'stable',
  category: 'Regular Expressions',
  description: 'Gives all that a regular expression matches in the text.',
  parameters: { pattern: 'The expression.' },
  examples: [
    { mapping: 'root = this.v.re_find_all("a.")', input: '{"v":"paranormal"}', output: '["ar","an","al"]' },
  ],
};
