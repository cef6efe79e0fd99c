import { wrapInt64 } from '../../values.ts';
import type { Example, MethodDefinition } from '../definition.ts';
import { unixUnits } from '../kernels/timestamp-methods.ts';

interface Row {
  readonly name: string;
  readonly unit: string;
  readonly nanoseconds: bigint;
  readonly example: Pick<Example, 'mapping' | 'output'>;
}

const ROWS: readonly Row[] = [
  {
    name: 'ts_unix',
    unit: 'whole seconds',
    nanoseconds: 1_000_000_000n,
    example: { mapping: 'root = this.v.ts_unix()', output: '1257894000' },
  },
  {
    name: 'ts_unix_milli',
    unit: 'whole milliseconds',
    nanoseconds: 1_000_000n,
    example: { mapping: 'root = this.v.ts_unix_milli()', output: '1257894000000' },
  },
  {
    name: 'ts_unix_micro',
    unit: 'whole microseconds',
    nanoseconds: 1_000n,
    example: { mapping: 'root = this.v.ts_unix_micro()', output: '1257894000000000' },
  },
  {
    name: 'ts_unix_nano',
    unit: 'nanoseconds',
    nanoseconds: 1n,
    // A string, because JavaScript cannot hold the number exactly.
    example: { mapping: 'root = this.v.ts_unix_nano().string()', output: '"1257894000000000000"' },
  },
];

export const tsUnix: readonly MethodDefinition[] = ROWS.map(({ name, unit, nanoseconds, example }) => ({
  kind: 'method',
  name,
  aliases: [name.replace('ts_', 'format_timestamp_')],
  tier: 'core',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: `Gives the ${unit} from 1970 to the time.`,
  parameters: [],
  annotates: false,
  folds: true,
  prepare: () => (receiver, scope) => wrapInt64(unixUnits(scope.run, receiver, nanoseconds)),
  examples: [{ ...example, input: '{"v":"2009-11-10T23:00:00Z"}' }],
}));
