import type { MethodDefinition } from '../definition.ts';
import { titleCase } from '../kernels/title-case.ts';
import { mapText } from '../receivers.ts';

export const capitalize: MethodDefinition = {
  kind: 'method',
  name: 'capitalize',
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the text with the first letter of every word as a capital and the other letters small.',
  parameters: [],
  prepare: () => (receiver, scope) => mapText(receiver, (text) => titleCase(scope.run, text)),
  examples: [
    { mapping: 'root = this.title.capitalize()', input: '{"title":"the foo bar"}', output: '"The Foo Bar"' },
  ],
};
