import { int } from '../../values.ts';
import type { FunctionDefinition } from '../definition.ts';

const ROWS = [
  { name: 'timestamp_unix', unit: 'whole seconds', nanoseconds: 1_000_000_000n },
  { name: 'timestamp_unix_milli', unit: 'whole milliseconds', nanoseconds: 1_000_000n },
  { name: 'timestamp_unix_micro', unit: 'whole microseconds', nanoseconds: 1_000n },
  { name: 'timestamp_unix_nano', unit: 'nanoseconds', nanoseconds: 1n },
] as const;

export const timestampUnix: readonly FunctionDefinition[] = ROWS.map(({ name, unit, nanoseconds }) => ({
  kind: 'function',
  name,
  tier: 'core',
  status: 'stable',
  category: 'Environment',
  description: `Gives the current time in ${unit} since 1970.`,
  parameters: [],
  prepare: () => (scope) => int(scope.run.environment.nowNs() / nanoseconds),
  examples: [{ mapping: `root = ${name}() > 0`, input: '{}', output: 'true' }],
}));
