import { annotate, typeError, wrap } from '../../errors.ts';
import { evaluateWith } from '../../runtime.ts';
import { isArray, type Value } from '../../values.ts';
import type { ClosureMethodDefinition } from '../definition.ts';
import { isBefore } from '../kernels/comparison-order.ts';
import { orderedSort } from '../kernels/ordered-sort.ts';

export const sortBy: ClosureMethodDefinition = {
  kind: 'closure-method',
  name: 'sort_by',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Sorts an array upwards by the number or text that the query gives for each element.',
  parameters: [{ name: 'query', type: 'query', description: 'Evaluated with each element as `this`.' }],
  prepare: (args, receiver) => {
    const query = args.query('query');
    return (scope) => {
      const value = receiver.evaluate(scope);
      if (!isArray(value)) throw typeError('array', value, receiver.annotation);
      scope.run.allocateEntries(value.length);
      // The key of each element is evaluated once, at its first comparison.
      const keyed = value.map((element): { readonly element: Value; key: Value | undefined } => ({
        element,
        key: undefined,
      }));
      const keyOf = (item: { readonly element: Value; key: Value | undefined }): Value => {
        item.key ??= evaluateWith(query, scope, item.element);
        return item.key;
      };
      return orderedSort(keyed, (left, right, leftIndex, rightIndex) => {
        scope.run.step();
        return isBefore(scope.run, keyOf(left), keyOf(right), (side, error) =>
          wrap(
            `sort_by element ${side === 'left' ? leftIndex : rightIndex}: `,
            annotate(error, query.annotation),
          ),
        );
      }).map(({ element }) => element);
    };
  },
  examples: [
    {
      mapping: 'root = this.v.sort_by(e -> e.id)',
      input: '{"v":[{"id":"b"},{"id":"a"}]}',
      output: '[{"id":"a"},{"id":"b"}]',
    },
  ],
};
