import { allocateString, stringSize } from '../../runtime.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { mapCase } from '../kernels/text-pieces.ts';
import { mapText, plainText } from '../receivers.ts';

export const uppercase = defineMethod('uppercase', [], () => (receiver, scope) => {
  allocateString(scope, stringSize(plainText(receiver)));
  return mapText(receiver, (text) => mapCase(text, 'upper'));
});

export const documentation: Documentation = {
  definition: uppercase,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the text with every letter as its capital.',
  examples: [{ mapping: 'root = this.name.uppercase()', input: '{"name":"ada"}', output: '"ADA"' }],
};
