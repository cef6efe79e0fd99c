import { typeError, wrap } from '../../errors.ts';
import { evaluateWith } from '../../runtime.ts';
import { isArray } from '../../values.ts';
import type { ClosureMethodDefinition } from '../definition.ts';
import { isBefore } from '../kernels/comparison-order.ts';
import { orderedSort } from '../kernels/ordered-sort.ts';

export const sort: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'sort',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Sorts an array of numbers or of texts upwards, or by a query that sees `left` and `right` and says whether left comes first.',
  parameters: [
    {
      name: 'compare',
      type: 'query',
      optional: true,
      description: 'Says whether `left` comes before `right`.',
    },
  ],
  prepare: (args, receiver) => {
    const compare = args.has('compare') ? args.query('compare') : undefined;
    return (scope) => {
      const value = receiver.evaluate(scope);
      if (!isArray(value)) throw typeError('array', value, receiver.annotation);
      scope.run.allocateEntries(value.length);
      if (compare === undefined) {
        return orderedSort(value, (left, right, leftIndex, rightIndex) => {
          scope.run.step();
          return isBefore(scope.run, left, right, (side, error) =>
            wrap(`sort element ${side === 'left' ? leftIndex : rightIndex}: `, error),
          );
        });
      }
      return orderedSort(value, (left, right) => {
        const before = evaluateWith(compare, scope, { left, right });
        if (typeof before !== 'boolean') throw typeError('bool', before, 'sort argument');
        return before;
      });
    };
  },
  examples: [
    { mapping: 'root = this.v.sort()', input: '{"v":["b","c","a"]}', output: '["a","b","c"]' },
    {
      mapping: 'root = this.v.sort(item -> item.left.n > item.right.n)',
      input: '{"v":[{"n":1},{"n":3}]}',
      output: '[{"n":3},{"n":1}]',
    },
  ],
};
