import { allocateString, stringSize } from '../../runtime.ts';
import { aString, type Documentation, defineMethod, OPTIONAL } from '../definition.ts';
import { trimSet, trimSpace } from '../kernels/text-pieces.ts';
import { mapText, plainText } from '../receivers.ts';

export const trim = defineMethod('trim', [aString('cutset', OPTIONAL)], (args) => {
  const cutset = args.has(0) ? args.string(0) : undefined;
  return (receiver, scope) => {
    allocateString(scope, stringSize(plainText(receiver)));
    return mapText(receiver, (text) => (cutset === undefined ? trimSpace(text) : trimSet(text, cutset)));
  };
});

export const documentation: Documentation = {
  definition: trim,
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description:
    'Takes white space off both ends of the text, or the characters of the cutset if one is given.',
  parameters: { cutset: 'The characters to take off.' },
  examples: [
    { mapping: 'root = this.v.trim()', input: '{"v":"  a b \\t"}', output: '"a b"' },
    { mapping: 'root = this.v.trim("!?")', input: '{"v":"!!watch out!?"}', output: '"watch out"' },
  ],
};
