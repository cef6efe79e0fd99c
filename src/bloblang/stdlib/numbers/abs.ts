import { typeError } from '../../errors.ts';
import { float, INT64_MAX, INT64_MIN, int, isInteger, isNumber, toFloat, toInt64 } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';

export const abs: MethodDefinition = {
  kind: 'method',
  name: 'abs',
  tier: 'core',
  status: 'stable',
  category: 'Number Manipulation',
  description: 'Gives the number without its sign.',
  parameters: [],
  annotates: false,
  prepare: () => (receiver) => {
    if (!isNumber(receiver)) throw typeError('number or integer', receiver);
    if (!isInteger(receiver)) return float(Math.abs(toFloat(receiver)));
    const value = toInt64(receiver);
    // A uint64 above the range is not an int64, and the smallest int64 has no positive counterpart.
    if (typeof receiver === 'bigint' && receiver > INT64_MAX) throw typeError('number or integer', receiver);
    if (value === INT64_MIN) return INT64_MAX;
    return int(value < 0n ? -value : value);
  },
  examples: [
    {
      mapping: 'root = this.v.map_each(n -> n.abs())',
      input: '{"v":[9,-18,1.23,-4.56]}',
      output: '[9,18,1.23,4.56]',
    },
  ],
};
