import { type Documentation, defineClosureMethod } from '../definition.ts';
import { castSigned, readsInput } from '../kernels/integer-casts.ts';

export const int16 = defineClosureMethod('int16', [], (_args, receiver) => {
  const fromInput = readsInput(receiver.annotation);
  return (scope) => castSigned(receiver.evaluate(scope), 16, fromInput);
});

export const documentation: Documentation = {
  definition: int16,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description:
    'Makes a whole number, or a text that says one (also `0x1F`, `0b101`), a 16-bit signed integer; refuses what does not fit.',
  examples: [
    { mapping: 'root = this.v.int16()', input: '{"v":"12"}', output: '12' },
    { mapping: 'root = this.v.round().int16()', input: '{"v":12.34}', output: '12' },
  ],
};
