import { type Documentation, defineClosureMethod } from '../definition.ts';
import { castUnsigned, readsInput } from '../kernels/integer-casts.ts';

export const uint16 = defineClosureMethod('uint16', [], (_args, receiver) => {
  const fromInput = readsInput(receiver.annotation);
  return (scope) => castUnsigned(receiver.evaluate(scope), 16, fromInput);
});

export const documentation: Documentation = {
  definition: uint16,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description:
    'Makes a whole number, or a text that says one (also `0x1F`, `0b101`), a 16-bit unsigned integer; refuses what does not fit.',
  examples: [
    { mapping: 'root = this.v.uint16()', input: '{"v":"12"}', output: '12' },
    { mapping: 'root = this.v.round().uint16()', input: '{"v":12.34}', output: '12' },
  ],
};
