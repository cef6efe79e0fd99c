import { allocateString, stringSize } from '../../runtime.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { mapCase } from '../kernels/text-pieces.ts';
import { mapText, plainText } from '../receivers.ts';

export const lowercase = defineMethod('lowercase', [], () => (receiver, scope) => {
  allocateString(scope, stringSize(plainText(receiver)));
  return mapText(receiver, (text) => mapCase(text, 'lower'));
});

export const documentation: Documentation = {
  definition: lowercase,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the text with every capital as its small letter.',
  examples: [{ mapping: 'root = this.name.lowercase()', input: '{"name":"ADA"}', output: '"ada"' }],
};
