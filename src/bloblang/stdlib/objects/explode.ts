import { fail, typeError } from '../../errors.ts';
import { readPath } from '../../operations.ts';
import { isArray, isObject, type ObjectBuilder, setOwn, typeOf, type Value } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { pathSegments, withValueAt } from '../kernels/object-paths.ts';

export const explode: MethodDefinition = {
  kind: 'method',
  name: 'explode',
  tier: 'extended',
  status: 'stable',
  category: 'Object & Array Manipulation',
  description:
    'Gives one copy of the object for every element of the array, or entry of the object, that a path leads to, with the element in its place.',
  parameters: [{ name: 'path', type: 'string', description: 'The path to the array or object.' }],
  prepare: (args) => {
    const path = args.string('path');
    const segments = pathSegments(path, args.run);
    return (receiver, scope) => {
      if (!isObject(receiver)) throw typeError('object', receiver);
      const target = readPath(scope.run, receiver, segments) ?? null;
      const copyWith = (element: Value): Value => {
        return withValueAt(scope.run, receiver, segments, 0, element);
      };
      if (isArray(target)) return target.map(copyWith);
      if (isObject(target)) {
        const copies: ObjectBuilder = {};
        for (const key of scope.run.sortedKeysOf(target)) setOwn(copies, key, copyWith(target[key] ?? null));
        return copies;
      }
      throw fail(`expected array or object value at path '${path}', found: ${typeOf(target)}`);
    };
  },
  examples: [
    {
      mapping: 'root = this.explode("v")',
      input: '{"id":1,"v":["a","b"]}',
      output: '[{"id":1,"v":"a"},{"id":1,"v":"b"}]',
    },
    { mapping: 'root = this.explode("v")', input: '{"id":1,"v":{"x":2}}', output: '{"x":{"id":1,"v":2}}' },
  ],
};
