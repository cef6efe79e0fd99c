import type { ClosureMethodDefinition, Tier } from '../definition.ts';
import {
  castInt64,
  type IntegerCast,
  readsInput,
  signedCast,
  unsignedCast,
} from '../kernels/integer-casts.ts';

// `int8()` to `uint64()`: whole numbers of 8 to 64 bits.

function castMethod(name: string, tier: Tier, size: string, cast: IntegerCast): ClosureMethodDefinition {
  return {
    kind: 'closure-method',
    name,
    tier,
    status: 'stable',
    category: 'Number Manipulation',
    description: `Makes a whole number, or a text that says one (also \`0x1F\`, \`0b101\`), ${size} integer; refuses what does not fit.`,
    parameters: [],
    prepare: (_args, receiver) => {
      const fromInput = readsInput(receiver.annotation);
      return (scope) => {
        const value = receiver.evaluate(scope);
        scope.run.readsValue(value);
        return cast(value, fromInput);
      };
    },
    examples: [
      { mapping: `root = this.v.${name}()`, input: '{"v":"12"}', output: '12' },
      { mapping: `root = this.v.round().${name}()`, input: '{"v":12.34}', output: '12' },
    ],
  };
}

export const int64 = castMethod('int64', 'core', 'a 64-bit signed', castInt64);

export const otherIntegerCasts: readonly ClosureMethodDefinition[] = [
  castMethod('int8', 'extended', 'an 8-bit signed', signedCast(8)),
  castMethod('int16', 'extended', 'a 16-bit signed', signedCast(16)),
  castMethod('int32', 'extended', 'a 32-bit signed', signedCast(32)),
  castMethod('uint8', 'extended', 'an 8-bit unsigned', unsignedCast(8)),
  castMethod('uint16', 'extended', 'a 16-bit unsigned', unsignedCast(16)),
  castMethod('uint32', 'extended', 'a 32-bit unsigned', unsignedCast(32)),
  castMethod('uint64', 'extended', 'a 64-bit unsigned', unsignedCast(64)),
];
