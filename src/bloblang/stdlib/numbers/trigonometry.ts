import { float } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { goCos, goSin, goTan } from '../kernels/go-math.ts';
import { floatReceiver } from '../receivers.ts';

interface Row {
  readonly name: string;
  readonly ratio: string;
  readonly compute: (radians: number) => number;
  readonly outputForZero: string;
}

const ROWS: readonly Row[] = [
  { name: 'sin', ratio: 'sine', compute: goSin, outputForZero: '0' },
  { name: 'cos', ratio: 'cosine', compute: goCos, outputForZero: '1' },
  { name: 'tan', ratio: 'tangent', compute: goTan, outputForZero: '0' },
];

export const trigonometry: readonly MethodDefinition[] = ROWS.map(
  ({ name, ratio, compute, outputForZero }) => ({
    kind: 'method',
    name,
    tier: 'extended',
    status: 'stable',
    category: 'Number Manipulation',
    description: `Gives the ${ratio} of an angle in radians.`,
    parameters: [],
    annotates: false,
    prepare: () => (receiver) => float(compute(floatReceiver(receiver))),
    examples: [{ mapping: `root = this.v.${name}()`, input: '{"v":0}', output: outputForZero }],
  }),
);
