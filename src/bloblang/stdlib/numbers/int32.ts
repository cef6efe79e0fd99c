import { type Documentation, defineClosureMethod } from '../definition.ts';
import { castSigned, readsInput } from '../kernels/integer-casts.ts';

export const int32 = defineClosureMethod('int32', [], (_args, receiver) => {
  const fromInput = readsInput(receiver.annotation);
  return (scope) => castSigned(receiver.evaluate(scope), 32, fromInput);
});

export const documentation: Documentation = {
  definition: int32,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description:
    'Makes a whole number, or a text that says one (also `0x1F`, `0b101`), a 32-bit signed integer; refuses what does not fit.',
  examples: [
    { mapping: 'root = this.v.int32()', input: '{"v":"12"}', output: '12' },
    { mapping: 'root = this.v.round().int32()', input: '{"v":12.34}', output: '12' },
  ],
};
