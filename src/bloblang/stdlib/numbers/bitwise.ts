import { int } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { bitsOf } from '../kernels/number-reductions.ts';

interface Row {
  readonly name: string;
  readonly description: string;
  readonly combine: (one: bigint, other: bigint) => bigint;
  /** The result for 12 and 6. */
  readonly output: string;
}

const ROWS: readonly Row[] = [
  {
    name: 'bitwise_and',
    description: 'Gives the bits that are set in both numbers.',
    combine: (one, other) => one & other,
    output: '4',
  },
  {
    name: 'bitwise_or',
    description: 'Gives the bits that are set in at least one of the numbers.',
    combine: (one, other) => one | other,
    output: '14',
  },
  {
    name: 'bitwise_xor',
    description: 'Gives the bits that are set in one of the numbers only.',
    combine: (one, other) => one ^ other,
    output: '10',
  },
];

export const bitwise: readonly MethodDefinition[] = ROWS.map(({ name, description, combine, output }) => ({
  kind: 'method',
  name,
  tier: 'extended',
  status: 'stable',
  category: 'Number Manipulation',
  description,
  parameters: [{ name: 'value', type: 'integer', description: 'The other number.' }],
  prepare: (args) => {
    const value = args.int64('value');
    return (receiver) => int(combine(bitsOf(receiver), value));
  },
  examples: [{ mapping: `root = this.v.${name}(6)`, input: '{"v":12}', output }],
}));
