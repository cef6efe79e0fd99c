import { typeError, wrap } from '../../errors.ts';
import { float, isArray, isNumber, toFloat } from '../../values.ts';
import type { ClosureMethodDefinition } from '../definition.ts';

export const sum: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'sum',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Adds the numbers of an array up. A number alone is given as it is.',
  parameters: [],
  prepare: (_args, receiver) => (scope) => {
    const value = receiver.evaluate(scope);
    if (isNumber(value)) return value;
    if (!isArray(value)) throw typeError('array', value, receiver.annotation);
    scope.run.step(value.length);
    let total = 0;
    // The error names the last element that is not a number, so every element is read.
    let failure: unknown;
    value.forEach((element, index) => {
      if (isNumber(element)) total += toFloat(element);
      else failure = wrap(`index ${index}: `, typeError('number', element));
    });
    if (failure !== undefined) throw failure;
    return float(total);
  },
  examples: [
    { mapping: 'root = this.v.sum()', input: '{"v":[3,8,4]}', output: '15' },
    {
      mapping: 'root = this.v.sum()',
      input: '{"v":[3,"x"]}',
      error: 'failed assignment (line 1): index 1: expected number value, got string ("x")',
    },
  ],
};
