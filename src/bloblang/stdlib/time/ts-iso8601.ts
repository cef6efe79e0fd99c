import type { MethodDefinition } from '../definition.ts';
import { addIsoDuration, isoDurationArgument } from '../kernels/timestamp-methods.ts';

const ROWS = [
  { name: 'ts_add_iso8601', sign: 1, effect: 'Adds an ISO 8601 duration', output: '"2021-08-14T05:54:23Z"' },
  {
    name: 'ts_sub_iso8601',
    sign: -1,
    effect: 'Takes an ISO 8601 duration off',
    output: '"2019-08-14T05:54:23Z"',
  },
] as const;

export const tsIso8601: readonly MethodDefinition[] = ROWS.map(({ name, sign, effect, output }) => ({
  kind: 'method',
  name,
  tier: 'extended',
  status: 'beta',
  category: 'Timestamp Manipulation',
  description: `${effect} over the calendar.`,
  parameters: [{ name: 'duration', type: 'string', description: 'The duration, such as `P1Y2M3DT4H5M6S`.' }],
  annotates: false,
  folds: true,
  prepare: (args) => {
    const duration = isoDurationArgument(args.string('duration'));
    return (receiver, scope) => addIsoDuration(scope.run, receiver, duration, sign);
  },
  examples: [{ mapping: `root = this.v.${name}("P1Y")`, input: '{"v":"2020-08-14T05:54:23Z"}', output }],
}));
