import { typeError, wrap } from '../../errors.ts';
import { evaluateWith } from '../../runtime.ts';
import { NOTHING, type ObjectBuilder, setOwn } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { objectReceiver } from '../receivers.ts';

export const mapEachKey: MethodDefinition = {
  kind: 'method',
  name: 'map_each_key',
  tier: 'core',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description: 'Gives every key of an object the name that the query makes of it.',
  parameters: [
    {
      name: 'query',
      type: 'query',
      description: 'Evaluated with each key as `this`; has to give a text, or nothing to keep the key.',
    },
  ],
  prepare: (args) => {
    const query = args.query('query');
    return (receiver, scope) => {
      const object = objectReceiver(receiver);
      const results: ObjectBuilder = {};
      const keys = scope.run.sortedKeysOf(object);
      scope.run.allocateEntries(keys.length);
      scope.run.allocateKeys(keys.length);
      for (const key of keys) {
        const result = evaluateWith(query, scope, key);
        if (result !== NOTHING && typeof result !== 'string') {
          throw wrap('unexpected result from key mapping: ', typeError('string', result));
        }
        setOwn(results, result === NOTHING || typeof result !== 'string' ? key : result, object[key] ?? null);
      }
      return results;
    };
  },
  examples: [
    {
      mapping: 'root = this.map_each_key(key -> key.uppercase())',
      input: '{"a":1,"b":2}',
      output: '{"A":1,"B":2}',
    },
  ],
};
