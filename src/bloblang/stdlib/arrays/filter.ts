import { typeError } from '../../errors.ts';
import { evaluateWith } from '../../runtime.ts';
import { isArray, isObject, type ObjectBuilder, setOwn } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';

export const filter: MethodDefinition = {
  kind: 'method',
  name: 'filter',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Keeps the elements of an array, or the entries of an object, for which the query is true. For an object the query sees `key` and `value`.',
  parameters: [{ name: 'test', type: 'query', description: 'Evaluated with each element as `this`.' }],
  prepare: (args) => {
    const test = args.query('test');
    return (receiver, scope) => {
      if (isArray(receiver)) {
        const kept = receiver.filter((element) => evaluateWith(test, scope, element ?? null) === true);
        scope.run.allocateEntries(kept.length);
        return kept;
      }
      if (isObject(receiver)) {
        const kept: ObjectBuilder = {};
        for (const key of scope.run.sortedKeysOf(receiver)) {
          const value = receiver[key] ?? null;
          if (evaluateWith(test, scope, { key, value }) === true) setOwn(kept, key, value);
        }
        scope.run.allocateKeys(scope.run.keysOf(kept).length);
        return kept;
      }
      throw typeError('array or object', receiver);
    };
  },
  examples: [
    { mapping: 'root = this.nums.filter(n -> n > 2)', input: '{"nums":[1,2,3,4]}', output: '[3,4]' },
    {
      mapping: 'root = this.filter(item -> item.value != null)',
      input: '{"a":1,"b":null}',
      output: '{"a":1}',
    },
  ],
};
