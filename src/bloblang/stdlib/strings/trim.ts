import { byteLength } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { trimSet, trimSpace } from '../kernels/text-pieces.ts';
import { mapText } from '../receivers.ts';

/** V8's memory for a character in a set. */
const CUTSET_CHARACTER_BYTES = 64;

export const trim: MethodDefinition = {
  kind: 'method',
  name: 'trim',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description:
    'Takes white space off both ends of the text, or the characters of the cutset if one is given.',
  parameters: [
    { name: 'cutset', type: 'string', optional: true, description: 'The characters to take off.' },
  ],
  prepare: (args) => {
    const cutset = args.has('cutset') ? args.string('cutset') : undefined;
    // The cutset becomes a set of its characters.
    args.run.allocate((cutset?.length ?? 0) * CUTSET_CHARACTER_BYTES);
    const set = cutset === undefined ? undefined : new Set(cutset);
    return (receiver, scope) =>
      mapText(receiver, (text) => {
        scope.run.allocateString(byteLength(text));
        return set === undefined ? trimSpace(text) : trimSet(text, set);
      });
  },
  examples: [
    { mapping: 'root = this.v.trim()', input: '{"v":"  a b \\t"}', output: '"a b"' },
    { mapping: 'root = this.v.trim("!?")', input: '{"v":"!!watch out!?"}', output: '"watch out"' },
  ],
};
