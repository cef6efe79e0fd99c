import { fail } from '../../errors.ts';
import { isArray, isObject, type ObjectBuilder, setOwn, type Value } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';

/** V8's memory for a path besides its characters, and for its key in the result. */
const PATH_BYTES = 128;

export const collapse: MethodDefinition = {
  kind: 'method',
  name: 'collapse',
  tier: 'extended',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Makes a nested object or array an object of one level, whose keys are the dot paths to the values.',
  parameters: [
    { name: 'include_empty', type: 'bool', default: false, description: 'Keep empty arrays and objects.' },
  ],
  prepare: (args) => {
    const includeEmpty = args.bool('include_empty');
    return (receiver, scope) => {
      if (!isArray(receiver) && !isObject(receiver)) throw fail('not an object or array');
      const flat: ObjectBuilder = {};
      const visit = (path: string, value: Value): void => {
        scope.run.allocate(path.length + PATH_BYTES);
        if (!isArray(value) && !isObject(value)) {
          setOwn(flat, path, value);
          return;
        }
        const keys = isArray(value) ? [...value.keys()].map(String) : scope.run.sortedKeysOf(value);
        if (keys.length === 0 && includeEmpty) setOwn(flat, path, value);
        for (const key of keys) {
          const child = isArray(value) ? value[Number(key)] : value[key];
          visit(path === '' ? key : `${path}.${key}`, child ?? null);
        }
      };
      visit('', receiver);
      return flat;
    };
  },
  examples: [
    { mapping: 'root = this.collapse()', input: '{"a":[{"b":1},{"b":{}}]}', output: '{"a.0.b":1}' },
    {
      mapping: 'root = this.collapse(include_empty: true)',
      input: '{"a":[{"b":1},{"b":{}}]}',
      output: '{"a.0.b":1,"a.1.b":{}}',
    },
  ],
};
