import { annotate, typeError, wrap } from '../../errors.ts';
import { evaluateWith, type Scope } from '../../runtime.ts';
import { DELETED, isArray, isObject, NOTHING, type ObjectBuilder, setOwn, type Value } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';

export const mapEach: MethodDefinition = {
  kind: 'method',
  name: 'map_each',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Puts the result of the query in the place of every element of an array or value of an object; `deleted()` takes it out. For an object the query sees `key` and `value`.',
  parameters: [{ name: 'query', type: 'query', description: 'Evaluated with each element as `this`.' }],
  prepare: (args) => {
    const query = args.query('query');
    const evaluate = (scope: Scope, element: Value, name: string | number): Value => {
      try {
        return evaluateWith(query, scope, element);
      } catch (error) {
        throw wrap(`failed to process element ${name}: `, annotate(error, query.annotation));
      }
    };
    return (receiver, scope) => {
      if (isArray(receiver)) {
        scope.run.allocateEntries(receiver.length);
        const results: Value[] = [];
        for (let i = 0; i < receiver.length; i++) {
          const element = receiver[i] ?? null;
          const result = evaluate(scope, element, i);
          if (result !== DELETED) results.push(result === NOTHING ? element : result);
        }
        return results;
      }
      if (isObject(receiver)) {
        const results: ObjectBuilder = {};
        const keys = scope.run.sortedKeysOf(receiver);
        scope.run.allocateEntries(keys.length);
        scope.run.allocateKeys(keys.length);
        for (const key of keys) {
          const value = receiver[key] ?? null;
          const result = evaluate(scope, { key, value }, key);
          if (result !== DELETED) setOwn(results, key, result === NOTHING ? value : result);
        }
        return results;
      }
      throw typeError('array', receiver);
    };
  },
  examples: [
    {
      mapping: 'root = this.v.map_each(n -> if n < 10 { deleted() } else { n - 10 })',
      input: '{"v":[3,11,4,17]}',
      output: '[1,7]',
    },
    {
      mapping: 'root = this.v.map_each(item -> item.value.uppercase())',
      input: '{"v":{"a":"x"}}',
      output: '{"a":"X"}',
    },
  ],
};
