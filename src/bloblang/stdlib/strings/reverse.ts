import { typeError } from '../../errors.ts';
import { isBytes } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { TextBuffer } from '../kernels/text-buffer.ts';

/** Reverses a text but preserves the order of a character's two units. */
function reversed(text: string): string {
  const result = new TextBuffer(text.length);
  for (let end = text.length; end > 0; ) {
    const start = (text.codePointAt(end - 2) ?? 0) > 0xffff ? end - 2 : end - 1;
    for (let at = start; at < end; at++) result.addUnit(text.charCodeAt(at));
    end = start;
  }
  return result.text();
}

export const reverse: MethodDefinition = {
  kind: 'method',
  name: 'reverse',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description: 'Gives the characters of the text, or the bytes of a byte array, in reverse order.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    if (typeof receiver === 'string') {
      // Each unit is read and written.
      scope.run.reads(receiver.length * 2);
      scope.run.allocateString(receiver.length);
      return reversed(receiver);
    }
    if (isBytes(receiver)) {
      scope.run.allocateString(receiver.length);
      return receiver.toReversed();
    }
    throw typeError('string', receiver);
  },
  examples: [{ mapping: 'root = this.v.reverse()', input: '{"v":"backwards"}', output: '"sdrawkcab"' }],
};
