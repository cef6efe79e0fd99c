import { type Documentation, defineClosureMethod } from '../definition.ts';
import { castUnsigned, readsInput } from '../kernels/integer-casts.ts';

export const uint8 = defineClosureMethod('uint8', [], (_args, receiver) => {
  const fromInput = readsInput(receiver.annotation);
  return (scope) => castUnsigned(receiver.evaluate(scope), 8, fromInput);
});

export const documentation: Documentation = {
  definition: uint8,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description:
    'Makes a whole number, or a text that says one (also `0x1F`, `0b101`), an 8-bit unsigned integer; refuses what does not fit.',
  examples: [
    { mapping: 'root = this.v.uint8()', input: '{"v":"12"}', output: '12' },
    { mapping: 'root = this.v.round().uint8()', input: '{"v":12.34}', output: '12' },
  ],
};
