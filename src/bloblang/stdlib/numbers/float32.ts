import { float } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { castFloat } from '../kernels/integer-casts.ts';

/** The shortest decimal for the same 32-bit number, which is how Go prints it. */
function shortestFloat32(value: number): number {
  const narrowed = Math.fround(value);
  for (let digits = 1; digits < 10; digits++) {
    const candidate = Number(narrowed.toPrecision(digits));
    if (Math.fround(candidate) === narrowed) return candidate;
  }
  return narrowed;
}

export const float32: MethodDefinition = {
  kind: 'method',
  name: 'float32',
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Makes a number, or a text that says one, a 32-bit floating point number.',
  parameters: [],
  annotates: false,
  prepare: () => (receiver) => float(shortestFloat32(castFloat(receiver, 32))),
  examples: [
    {
      mapping: 'root = this.v.float32()',
      input: '{"v":"6.674282313423543523453425345e-11"}',
      output: '6.674283e-11',
    },
  ],
};
