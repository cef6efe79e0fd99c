import { type Documentation, defineClosureMethod } from '../definition.ts';
import { castInt64, readsInput } from '../kernels/integer-casts.ts';

export const int64 = defineClosureMethod('int64', [], (_args, receiver) => {
  const fromInput = readsInput(receiver.annotation);
  return (scope) => castInt64(receiver.evaluate(scope), fromInput);
});

export const documentation: Documentation = {
  definition: int64,
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description:
    'Makes a whole number, or a text that says one (also `0x1F`, `0b101`), a 64-bit signed integer; refuses what does not fit.',
  examples: [
    { mapping: 'root = this.v.int64()', input: '{"v":"12"}', output: '12' },
    { mapping: 'root = this.v.round().int64()', input: '{"v":12.34}', output: '12' },
  ],
};
