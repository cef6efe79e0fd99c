import { fail, typeError } from '../../errors.ts';
import { byteLength, isArray, isBytes } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { sliceBytes } from '../kernels/text-pieces.ts';

export const slice: MethodDefinition = {
  kind: 'method',
  name: 'slice',
  tier: 'core',
  status: 'stable',
  category: 'String Manipulation',
  description:
    'Gives the part of a text (in bytes) or array from the lower bound up to, and not including, the upper one. Negative bounds count from the end.',
  parameters: [
    { name: 'low', type: 'integer', description: 'Where the part begins.' },
    {
      name: 'high',
      type: 'integer',
      optional: true,
      description: 'Where it ends; the end of the receiver if left out.',
    },
  ],
  prepare: (args) => {
    const low = args.integer('low');
    const high = args.has('high') ? args.integer('high') : undefined;
    if (high !== undefined && high > 0 && low >= high) {
      throw fail(`lower slice bound ${low} must be lower than upper (${high})`);
    }
    const bounds = (length: number): readonly [number, number] => {
      const end = Math.max(
        Math.min(high === undefined ? length : high < 0 ? length + high : high, length),
        0,
      );
      const start = low < 0 ? Math.max(length + low, 0) : low;
      if (start > end) {
        throw fail(
          `lower slice bound ${start} must be lower than or equal to upper bound (${end}) and target length (${length})`,
        );
      }
      return [start, end];
    };
    return (receiver, scope) => {
      if (typeof receiver === 'string') {
        const [start, end] = bounds(byteLength(receiver));
        scope.run.allocateString(end - start);
        return sliceBytes(receiver, start, end);
      }
      if (isBytes(receiver)) {
        const [start, end] = bounds(receiver.length);
        scope.run.allocateString(end - start);
        return receiver.slice(start, end);
      }
      if (isArray(receiver)) {
        const [start, end] = bounds(receiver.length);
        scope.run.allocateEntries(end - start);
        return receiver.slice(start, end);
      }
      throw typeError('array or string', receiver);
    };
  },
  examples: [
    { mapping: 'root = this.v.slice(0, 2)', input: '{"v":"foo bar"}', output: '"fo"' },
    { mapping: 'root = this.v.slice(-2)', input: '{"v":["a","b","c"]}', output: '["b","c"]' },
    {
      mapping: 'root = "hello".slice(9)',
      input: '{}',
      error:
        'failed assignment (line 1): string literal: lower slice bound 9 must be lower than or equal to upper bound (5) and target length (5)',
    },
  ],
};
