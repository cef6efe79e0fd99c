import { stringSize } from '../../runtime.ts';
import { defineMethod } from '../definition.ts';
import { titleCase } from '../kernels/title-case.ts';
import { mapText, plainText } from '../receivers.ts';

export const capitalize = defineMethod({
  name: 'capitalize',
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the text with the first letter of every word as a capital and the other letters small.',
  parameters: [],
  examples: [
    { mapping: 'root = this.title.capitalize()', input: '{"title":"the foo bar"}', output: '"The Foo Bar"' },
  ],
  prepare: () => (receiver, scope) => {
    scope.run.allocateString(stringSize(plainText(receiver)));
    return mapText(receiver, titleCase);
  },
});
