import { type Documentation, defineClosureMethod } from '../definition.ts';
import { castUnsigned, readsInput } from '../kernels/integer-casts.ts';

export const uint32 = defineClosureMethod('uint32', [], (_args, receiver) => {
  const fromInput = readsInput(receiver.annotation);
  return (scope) => castUnsigned(receiver.evaluate(scope), 32, fromInput);
});

export const documentation: Documentation = {
  definition: uint32,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description:
    'Makes a whole number, or a text that says one (also `0x1F`, `0b101`), a 32-bit unsigned integer; refuses what does not fit.',
  examples: [
    { mapping: 'root = this.v.uint32()', input: '{"v":"12"}', output: '12' },
    { mapping: 'root = this.v.round().uint32()', input: '{"v":12.34}', output: '12' },
  ],
};
